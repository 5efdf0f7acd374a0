import { signedIn, words } from '../sdk/ui/index.ts';

/** What an action does, as its button says it; of one that has none, as its id does. */
export function actionWords(id: string): string {
  const lists = signedIn().packs.flatMap((pack) => pack.lists);
  const found = lists.flatMap(({ creating, changing }) => [...creating, ...changing]).find((action) => action.id === id);
  return found?.title ?? words(id.split('.').at(-1) ?? id);
}
