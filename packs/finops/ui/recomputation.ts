import { Badge, type Column, Copyable, html, Loaded, Table, useResource } from '@summit/sdk/ui';
import { say } from './messages.ts';

export interface Difference {
  readonly what: string;
  readonly stored: string;
  readonly recomputed: string;
}

interface Recomputed {
  readonly matches: boolean;
  readonly stored_digest: string;
  readonly differences: readonly Difference[];
}

const DIGITS_SHOWN = 16;

/** Whether a finalized invoice comes out the same when it is worked out again, now. @param path of the invoice */
export function Recomputation({ path }: { readonly path: string }) {
  const result = useResource<Recomputed>(`${path}/recomputation`);
  return html`<h2>${say('again.title')}</h2>
    <${Loaded} of=${result}>${({ matches, stored_digest, differences }: Recomputed) =>
      matches
        ? html`<p><${Badge} status="ok" text=${say('again.matches')} /> ${say('again.matches-hint')}</p>
            <p class="quiet">${say('again.digest')} <${Copyable} text=${stored_digest} shown=${`${stored_digest.slice(0, DIGITS_SHOWN)}…`} /></p>`
        : html`<p><${Badge} status="failed" text=${say('again.differs')} /></p>
            <${Table} caption=${say('again.title')} columns=${COLUMNS} rows=${differences} keyOf=${({ what }: Difference) => what} />`}<//>`;
}

const COLUMNS: readonly Column<Difference>[] = [
  { id: 'what', title: say('again.what'), cell: ({ what }) => what },
  { id: 'stored', title: say('again.stored'), numeric: true, cell: ({ stored }) => stored },
  { id: 'recomputed', title: say('again.recomputed'), numeric: true, cell: ({ recomputed }) => recomputed },
];
