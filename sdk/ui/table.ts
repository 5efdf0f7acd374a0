import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type ComponentChildren, html } from './html.ts';
import { Icon } from './icon.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly numeric?: boolean;
  /** The value of the list's `sort` for this column, ascending; absent where it cannot be sorted by it. */
  readonly sort?: string;
  readonly cell: (row: Row) => ComponentChildren;
}

interface TableProps<Row> {
  /** What the table is of, for those who hear it. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Where a row leads. Its first cell is the link, so that it opens in a new tab as any does. */
  readonly hrefOf?: (row: Row) => string | null;
  /** Such as `created_at` or `-created_at`. */
  readonly sort?: string | null;
  readonly onSort?: (sort: string) => void;
  /** Under the rows, each with its values for the last columns; the last of them is what it all comes to. */
  readonly sums?: readonly { readonly title: string; readonly values: readonly ComponentChildren[] }[];
}

/** Rows that are read across and sorted by their heads. `j` and `k` go from one to the next, Enter opens. */
export function Table<Row>({ caption, columns, rows, keyOf, hrefOf, sort = null, onSort, sums = [] }: TableProps<Row>) {
  const region = useRef<HTMLDivElement>(null);
  const scrolls = useOverflow(region);
  return html`<div class=${scrolls ? 'scroll' : 'scroll fits'} tabindex=${scrolls ? '0' : undefined} role="region" aria-label=${caption} ref=${region}>
    <table>
      <caption class="sr-only">${caption}</caption>
      <thead>
        <tr>${columns.map((column) => html`<${Head} key=${column.id} column=${column} sort=${sort} onSort=${onSort} />`)}</tr>
      </thead>
      <tbody>
        ${rows.map((row) => {
          const href = hrefOf?.(row) ?? null;
          return html`<tr key=${keyOf(row)} class=${href ? 'linked' : ''}>
            ${columns.map(
              ({ id, cell, numeric }, index) => html`<td key=${id} class=${numeric ? 'numeric' : ''} data-column=${id}>
              ${index === 0 && href ? html`<a href=${href} class="row-link">${cell(row)}</a>` : cell(row)}
            </td>`,
            )}
          </tr>`;
        })}
      </tbody>
      ${
        sums.length > 0 &&
        html`<tfoot>${sums.map(
          ({ title, values }) => html`<tr key=${title}>
            <th scope="row" class="numeric" colspan=${columns.length - values.length}>${title}</th>
            ${values.map((value, index) => html`<td key=${index} class="numeric">${value}</td>`)}
          </tr>`,
        )}</tfoot>`
      }
    </table>
  </div>`;
}

/** Whether its table is wider than there is room for. What scrolls by itself takes a key press more, and its head cannot stay in sight. */
function useOverflow(region: RefObject<HTMLDivElement | null>): boolean {
  const [overflows, setOverflows] = useState(true);
  useLayoutEffect(() => {
    const { current } = region;
    const table = current?.querySelector('table');
    if (!current || !table) return;
    const measure = () => setOverflows(table.offsetWidth > current.clientWidth);
    const sizes = new ResizeObserver(measure);
    for (const part of [current, table]) sizes.observe(part);
    measure();
    return () => sizes.disconnect();
  }, []);
  return overflows;
}

function Head<Row>({
  column,
  sort,
  onSort,
}: {
  readonly column: Column<Row>;
  readonly sort: string | null;
  readonly onSort?: (sort: string) => void;
}) {
  const { title, numeric, sort: by } = column;
  const descending = sort === `-${by}`;
  const sorted = by !== undefined && (descending || sort === by);
  const order = sorted ? (descending ? 'descending' : 'ascending') : undefined;
  return html`<th scope="col" class=${numeric ? 'numeric' : ''} aria-sort=${order}>
    ${
      by !== undefined && onSort
        ? html`<button type="button" class="sort" onClick=${() => onSort(sort === by ? `-${by}` : by)}>
            ${title}${sorted && html`<${Icon} name=${descending ? 'arrow-down' : 'arrow-up'} />`}
          </button>`
        : title
    }
  </th>`;
}
