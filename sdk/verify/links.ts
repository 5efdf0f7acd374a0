import type { Evidence } from './evidence.ts';
import type { Findings } from './findings.ts';
import type { JsonObject } from './json.ts';
import { valueAt } from './pointer.ts';

/** What the manifest links is here, at both ends. Why it is linked, a link does not prove. @param bundle the whole of it */
export function judgeLinks(bundle: JsonObject, { manifest: { links = [] }, ...evidence }: Evidence, findings: Findings): void {
  if (links.length === 0) return;
  const { members, receipts, cited_receipts = [], usage_events = [] } = evidence;
  const rows = [...members.values()].flat();
  const known = new Set([...rows, ...receipts, ...cited_receipts, ...usage_events.map(({ event }) => event)].map(({ id }) => id));
  for (const [index, { from, to }] of links.entries()) {
    const path = `manifest.links[${index}]`;
    const wrong = (what: string) => findings.add('INVALID', 'manifest-differs', `${path}: ${what}`, path);
    if (valueAt(bundle, from) === undefined) wrong(`it begins at ${JSON.stringify(from.slice(0, 200))}, and there is nothing`);
    for (const id of to) if (!known.has(id)) wrong(`it leads to ${id}, which is not here`);
  }
}
