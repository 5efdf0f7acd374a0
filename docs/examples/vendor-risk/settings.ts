import { Strict, Type } from '@summit/sdk';

export const settings = Strict({
  review_days: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 3_650, description: 'Days after which an accepted vendor is reviewed again, 365 unless said' }),
  ),
  procurement_url: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'Where procurement is told who is suspended; without it, people tell it themselves' }),
  ),
});
