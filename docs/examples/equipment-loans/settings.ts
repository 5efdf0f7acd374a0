import { Strict, Type } from '@summit/sdk';

export const settings = Strict({
  locker_url: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'Where the locker is told to open; without it, people open it themselves' }),
  ),
});
