import type { Reader } from '../../sdk/index.ts';
import { transactionOf } from '../database/reader.ts';

const LONGEST = 50;

/** What people call somebody of whom a provider says no more than a name such as `Jane.Doe@example.com`: `jane-doe`, or `jane-doe-2` where that is taken. */
export async function freeHandle(db: Reader, tenant: string, userName: string): Promise<string> {
  const wanted = slugOf(userName);
  const taken = await transactionOf(db).query<{ value: string }>(
    `SELECT value FROM disclosures WHERE tenant_id = $1 AND name = 'handle' AND (value = $2 OR starts_with(value, $2 || '-'))`,
    [tenant, wanted],
  );
  const handles = new Set(taken.map(({ value }) => value));
  if (!handles.has(wanted)) return wanted;
  for (let next = 2; ; next++) if (!handles.has(`${wanted}-${next}`)) return `${wanted}-${next}`;
}

function slugOf(userName: string): string {
  const [local = ''] = userName.split('@');
  const letters = local
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return letters.slice(0, LONGEST).replaceAll(/^-+|-+$/g, '') || 'person';
}
