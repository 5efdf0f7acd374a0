import { csvLine } from '../sdk/csv.ts';
import { apiPath, get, type Item } from '../sdk/ui/index.ts';

interface Exported {
  /** What the file is named after. */
  readonly name: string;
  readonly columns: readonly string[];
  /** Of the list, with its filters and its order. */
  readonly path: string;
  readonly onProgress: (count: number) => void;
}

const MOST_A_PAGE = 200;

/** Saves all that the filters find, not only what is shown. @throws ApiError */
export async function exportCsv({ name, columns, path, onProgress }: Exported): Promise<void> {
  const rows: (readonly string[])[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: { readonly items: readonly Item[]; readonly next_cursor: string | null } = await get(
      apiPath(path, { limit: MOST_A_PAGE, count: false, cursor }),
    );
    rows.push(...page.items.map((item) => columns.map((column) => textOf(item[column]))));
    onProgress(rows.length);
    cursor = page.next_cursor;
  }
  save([columns, ...rows].map(csvLine).join(''), `${name.slice(1).replaceAll('/', '-')}.csv`, 'text/csv');
}

/** Gives the browser a file to keep. */
export function save(content: BlobPart, filename: string, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
