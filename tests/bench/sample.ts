import pg from 'pg';

/** Where the rows of one request are found by its id, $1, and those of its creation by that one's receipt. */
const RECEIPT = '(SELECT id FROM receipts WHERE subject_id = $1)';
const DECISION = '(SELECT id FROM policy_decisions WHERE subject_id = $1)';
export const TABLES: Readonly<Record<string, string>> = {
  receipts: 'subject_id = $1',
  subject_states: 'subject_id = $1',
  high_risk_requests: 'id = $1',
  policy_decisions: 'subject_id = $1',
  nodes: `id = $1 OR id IN ${DECISION}`,
  edges: `receipt_id IN ${RECEIPT}`,
  usage_events: `receipt_id IN ${RECEIPT}`,
  disclosures: 'subject_id = $1',
};

export type Cell = string | Buffer | null;
export type Row = Readonly<Record<string, Cell>>;

/** Values as PostgreSQL's own text; bytea as bytes, as a program would have them. */
const asText: pg.CustomTypesConfig = {
  getTypeParser: (oid) => (oid === pg.types.builtins.BYTEA ? pg.types.getTypeParser(oid) : (value: string) => value),
};

/** The rows that the creation of a request has left, by table. @param client that has the request's tenant set */
export async function sampleOf(client: pg.ClientBase, requestId: string): Promise<ReadonlyMap<string, readonly Row[]>> {
  const rows = new Map<string, readonly Row[]>();
  for (const [table, where] of Object.entries(TABLES)) {
    const found = await client.query<Row>({ text: `SELECT * FROM ${table} WHERE ${where}`, values: [requestId], types: asText });
    if (found.rows.length === 0) throw new Error(`the creation of a request has left no row in ${table}: what is made after it would be less`);
    rows.set(table, found.rows);
  }
  return rows;
}
