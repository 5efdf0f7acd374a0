import { ApiError, apiPath, get, useCallback, useEffect, useState } from '../../sdk/ui/index.ts';
import { type Around, MOST_NODES } from './neighborhood.ts';

interface Page extends Omit<Around, 'more'> {
  readonly next_cursor: string | null;
}

export interface Arounds {
  readonly found: ReadonlyMap<string, Around>;
  readonly failed: ReadonlyMap<string, ApiError>;
  readonly reload: () => void;
}

const NOTHING: Pick<Arounds, 'found' | 'failed'> = { found: new Map(), failed: new Map() };

/** What stands around each of these nodes, as far as it is there. @param ids separated by commas */
export function useArounds(ids: string): Arounds {
  const [state, setState] = useState(NOTHING);
  const [round, setRound] = useState(0);
  // A new round asks again, while what is known stays.
  const [asked, setAsked] = useState<{ readonly round: number; readonly ids: ReadonlySet<string> }>({ round: -1, ids: new Set() });
  useEffect(() => {
    const before = asked.round === round ? asked.ids : new Set<string>();
    const wanted = ids.split(',');
    const missing = wanted.filter((id) => !before.has(id));
    if (missing.length === 0) return;
    setAsked({ round, ids: new Set([...before, ...missing]) });
    for (const id of missing) {
      aroundOf(id).then(
        (around) => setState(({ found, failed }) => ({ found: new Map(found).set(id, around), failed: without(failed, id) })),
        (error: unknown) => setState(({ found, failed }) => ({ found, failed: new Map(failed).set(id, problemOf(error)) })),
      );
    }
  }, [ids, round]);
  return { ...state, reload: useCallback(() => setRound((count) => count + 1), []) };
}

/** Page by page, until there are as many as can be shown. @throws ApiError */
async function aroundOf(id: string): Promise<Around> {
  const path = `/graph/entities/${encodeURIComponent(id)}/neighbors`;
  let page = await get<Page>(apiPath(path, { limit: MOST_NODES }));
  const neighbors = [...page.neighbors];
  // What is related in several ways is there several times, so a full page may be fewer nodes.
  while (page.next_cursor !== null && new Set(neighbors.map((neighbor) => neighbor.id)).size < MOST_NODES) {
    page = await get<Page>(apiPath(path, { limit: MOST_NODES, cursor: page.next_cursor }));
    neighbors.push(...page.neighbors);
  }
  return { node: page.node, neighbors, more: page.next_cursor !== null };
}

function without(failed: ReadonlyMap<string, ApiError>, id: string): ReadonlyMap<string, ApiError> {
  return new Map([...failed].filter(([other]) => other !== id));
}

function problemOf(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, { code: 'unknown', detail: String(error) });
}
