import { type Static, Strict, Type } from '@summit/sdk';

export const settings = Strict({
  locker_url: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'Where the locker is told to open; without it, people open it themselves' }),
  ),
});

/** The kernel has checked them by the schema above when they were set. */
export function settingsOf(context: { readonly settings: Readonly<Record<string, unknown>> }): Static<typeof settings> {
  return context.settings as Static<typeof settings>;
}
