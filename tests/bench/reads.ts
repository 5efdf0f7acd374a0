import type { Sent } from './http-client.ts';
import type { OwnProcess } from './own-process.ts';
import { REQUESTS, TENANT } from './subject.ts';

/** So many requests are looked at in turn. */
const LOOKED_AT = 200;

const TOTAL = 'a first page of requests, with their exact total';
const DASHBOARD = 'a dashboard';

/** What they answer is counted, row by row. */
export const COUNTING: ReadonlySet<string> = new Set([TOTAL, DASHBOARD]);

/** What people and scripts read most, of a tenant that has requests. */
export async function readsOf(summit: OwnProcess): Promise<ReadonlyMap<string, readonly Sent[]>> {
  const token = await summit.tokenOf(TENANT, 'auditor');
  const get = (path: string): Sent => ({ url: summit.url + path, token });
  const ids = await idsOf(get(`${REQUESTS}?limit=${LOOKED_AT}`));
  const ofEach = (path: (id: string) => string) => ids.map((id) => get(path(id)));
  return new Map<string, readonly Sent[]>([
    ['a request', ofEach((id) => `${REQUESTS}/${id}`)],
    ["a request's receipts", ofEach((id) => `${REQUESTS}/${id}/receipts`)],
    ["a request's neighbours in the graph", ofEach((id) => `/graph/entities/${id}/neighbors`)],
    ['a page of requests', [get(`${REQUESTS}?count=false`)]],
    ['a page of the audit log', [get('/receipts?count=false')]],
    ['a page of policy decisions', [get('/policy-decisions?count=false')]],
    [TOTAL, [get(`${REQUESTS}?status=pending`)]],
    [DASHBOARD, [get('/dashboards/high-risk-ops.overview')]],
  ]);
}

async function idsOf({ url, token }: Sent): Promise<readonly string[]> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const { items } = (await response.json()) as { items: readonly { readonly id: string }[] };
  return items.map(({ id }) => id);
}
