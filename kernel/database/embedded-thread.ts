import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { messages, PGlite, types } from '@electric-sql/pglite';

/** The thread of EmbeddedPostgres: opens PGlite and does what it is told, one call after the other. */

/** A folder; in memory, what a dump holds; null: in memory, and empty. */
export type EmbeddedData = string | Blob | null;

export interface Opening {
  readonly data: EmbeddedData;
  /** PGlite's code where it is compiled already: compiling it takes as long as all else. */
  readonly compiled: WebAssembly.Module | undefined;
}

export interface Call {
  readonly id: number;
  readonly what: 'open' | 'query' | 'exec' | 'dump' | 'close';
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Of the statement, or of the last of them. */
export interface Result<R = Record<string, unknown>> {
  readonly rows: R[];
  readonly fields: { name: string; dataTypeID: number }[];
  readonly affectedRows?: number;
  /** What was done: a COMMIT of a transaction that had failed says ROLLBACK. */
  readonly command?: string;
  readonly dump?: Blob;
}

/** Between threads an error keeps its message and its stack; what PostgreSQL says of it goes beside it. */
export type Answer = { readonly id: number } & ({ readonly result: Result } | { readonly error: Error; readonly details: object });

const NOTHING: Result = { rows: [], fields: [] };

const parsers = {
  [types.TIMESTAMPTZ]: (value: string) => new Date(value).toISOString(),
  [types.INT8]: Number,
};

const opening = open(workerData as Opening);
// Each call learns why it did not open.
opening.catch(() => undefined);

parentPort?.on('message', async (call: Call) => {
  parentPort?.postMessage(await answerTo(call));
});

async function answerTo(call: Call): Promise<Answer> {
  const { id } = call;
  try {
    return { id, result: await perform(await opening, call) };
  } catch (error) {
    if (!(error instanceof messages.DatabaseError)) return { id, error: error instanceof Error ? error : new Error(String(error)), details: {} };
    const { code, severity, detail, hint, schema, table, column, constraint } = error;
    return { id, error, details: { code, severity, detail, hint, schema, table, column, constraint } };
  }
}

async function perform(pglite: PGlite, { what, text, values }: Call): Promise<Result> {
  switch (what) {
    case 'open':
      return NOTHING;
    case 'query':
      return pglite.query(text, [...values]);
    case 'exec':
      return (await pglite.exec(text)).at(-1) ?? NOTHING;
    case 'dump':
      return { ...NOTHING, dump: await pglite.dumpDataDir('none') };
    case 'close':
      await pglite.close();
      return NOTHING;
  }
}

async function open({ data, compiled }: Opening): Promise<PGlite> {
  const folder = typeof data === 'string' ? join(data, 'database') : undefined;
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return PGlite.create({
    ...(folder === undefined ? {} : { dataDir: folder }),
    ...(data instanceof Blob ? { loadDataDir: data } : {}),
    ...(compiled ? { pgliteWasmModule: compiled } : {}),
    parsers,
    // -F is fsync off: what was acknowledged outlives a crash of the process.
    startParams: PGlite.defaultStartParams.filter((param) => param !== '-F'),
  });
}
