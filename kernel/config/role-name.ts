import { Type } from '../../sdk/index.ts';

export const RoleName = Type.String({ pattern: '^[a-z][a-z_]*$', maxLength: 63, description: 'snake_case' });
