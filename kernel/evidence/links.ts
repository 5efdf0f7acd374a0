import type { Evidence, Link, Shown } from '../../sdk/index.ts';
import type { Collected } from './members.ts';

/**
 * What the pack links, where it declares that it does.
 * @param receiptIds all that the bundle shows
 * @throws TypeError for a link from or to what is not there: a verifier would take the bundle for a broken one
 */
export function linksOf(
  evidence: Evidence,
  { rows, members }: Pick<Collected, 'rows' | 'members'>,
  shown: Shown,
  receiptIds: readonly string[],
): readonly Link[] | null {
  if (!evidence.links) return null;
  const links = evidence.links(rows, shown);
  const known = new Set([...members.flatMap((member) => member.rows), ...shown.events].map(({ id }) => id).concat(receiptIds));
  for (const { from, to } of links) {
    const stray = to.find((id) => !known.has(id));
    if (stray !== undefined) throw new TypeError(`evidence ${evidence.id}: the link from ${from} leads to ${stray}, which is not in the bundle`);
    const [, name] = from.split('/');
    if (!members.some((member) => member.name === name)) throw new TypeError(`evidence ${evidence.id}: "${from}" is in no member that it declares`);
  }
  return links.map(({ from, to }) => ({ from, to }));
}
