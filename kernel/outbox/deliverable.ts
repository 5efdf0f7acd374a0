import type { Changes } from '../../sdk/index.ts';
import type { PackRegistry } from '../packs/registry.ts';

/** @throws TypeError for a message that no effect of its pack would ever take: its subject would wait for the outcome for good */
export function assertDeliverable(
  pack: { readonly id: string },
  packs: Pick<PackRegistry, 'find'>,
  { messages = [] }: Pick<Changes, 'messages'>,
): void {
  const effects = packs.find(pack.id)?.effects ?? [];
  const stray = messages.find(({ effect }) => !effects.some(({ id }) => id === effect));
  if (stray) throw new TypeError(`the message to ${stray.effect} is for no effect that the pack ${pack.id} declares`);
}
