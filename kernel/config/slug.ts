import { Type } from '../../sdk/index.ts';

export const Slug = Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 63, description: 'lowercase letters, digits and hyphens' });
