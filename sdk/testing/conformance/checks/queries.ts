import { sampleInputs } from '../../../../kernel/sample-input.ts';
import { errorsIn, inWords } from '../../../../kernel/validation.ts';
import type { Query } from '../../../query.ts';
import type { Answer } from '../../hands.ts';
import type { RiggedPack } from '../../kit.ts';
import { AUDITOR, handleOf } from '../../people.ts';
import { type Check, faultsOfEach } from '../check.ts';
import { filled, parametersOf } from '../inputs.ts';
import { isAccepted, said } from '../request.ts';
import type { Stage } from '../stage.ts';
import { paramsOf } from '../subject-params.ts';
import { switchedOff } from './actions.ts';

/** Every list and every get. */
export const queryChecks: readonly Check[] = [
  {
    name: 'a query answers by its schema',
    faults: (stage) =>
      eachQuery(stage, async (asked) => {
        const answer = await ask(stage.kit, asked);
        if (!isAccepted(answer)) return `${asked.path} answers ${said(answer)}`;
        const isJson = answer.headers.get('content-type')?.includes('json');
        const errors = asked.query.answer && isJson ? errorsIn(asked.query.answer, answer.body) : [];
        return errors.length === 0 ? null : `its answer is not as its schema says: ${inWords(errors.slice(0, 5))}`;
      }),
  },
  {
    name: 'a query shows nothing to another tenant, and nothing without a token',
    faults: (stage) =>
      eachQuery(stage, async (asked) => {
        const nobody = await ask(stage.kit, asked, null);
        if (nobody.status !== 401) return `without a token it answers ${said(nobody)}`;
        const other = await ask(stage.kit, asked, asked.handle, stage.kit.otherTenant);
        if (other.status >= 500) return `to another tenant it answers ${said(other)}`;
        const ids = stage.walk.places.map(({ example }) => example);
        const shown = ids.find((id) => JSON.stringify(other.body).includes(id));
        return isAccepted(other) && shown !== undefined ? `it shows ${shown} to another tenant` : null;
      }),
  },
  {
    name: 'switched off, the pack answers no query',
    faults: (stage) =>
      switchedOff(stage, () =>
        eachQuery(stage, async (asked) => {
          const answer = await ask(stage.kit, asked);
          return answer.body.code === 'pack-disabled' ? null : `it answers ${said(answer)}`;
        }),
      ),
  },
  {
    name: 'the API documents every route',
    faults: async ({ kit }) => {
      const { body } = await kit.send('GET', '/openapi.json');
      const routed = [...kit.pack.actions, ...kit.pack.queries].flatMap(({ id, route }) => (route ? [{ id, route }] : []));
      const missing = routed.filter(({ id, route }) => {
        const documented = body.paths[route.path.replaceAll(/[:*]([a-z_]+)/g, '{$1}')]?.[route.method.toLowerCase()];
        return documented?.operationId !== id;
      });
      return missing.map(({ id, route }) => `${id}: ${route.method} ${route.path} is taken by another operation: give it a path of its own`);
    },
  },
];

interface Asked {
  readonly query: Query;
  readonly path: string;
  readonly handle: string;
}

const found = new WeakMap<Stage, Map<string, Asked | null>>();

/** Those that the suite can ask for something; the others are faults. */
function eachQuery(stage: Stage, faultOf: (asked: Asked) => Promise<string | null>): Promise<readonly string[]> {
  const known = found.get(stage) ?? new Map<string, Asked | null>();
  found.set(stage, known);
  return faultsOfEach(
    stage.kit.pack.queries,
    ({ id }) => id,
    async (query) => {
      if (!known.has(query.id)) known.set(query.id, await askedOf(stage, query));
      const asked = known.get(query.id);
      return asked
        ? faultOf(asked)
        : `nothing that the suite knows answers ${query.route.path}: give what its path and its query name, in the option params['${query.id}']`;
    },
  );
}

/** What the author says or, of the subjects that there are, the first that it has an answer for. */
async function askedOf({ kit, options, walk }: Stage, query: Query): Promise<Asked | null> {
  const handle = query.roles && !query.roles.includes(AUDITOR) ? handleOf(query.roles[0] ?? AUDITOR) : AUDITOR;
  const given = options.params?.[query.id];
  const names = parametersOf(query.route.path);
  if (given) {
    const params = typeof given === 'function' ? await given(kit) : given;
    const rest = Object.entries(params).filter(([name]) => !names.includes(name));
    return { query, handle, path: withQuery(filled(query.route.path, params), Object.fromEntries(rest)) };
  }
  const sample = { ...sampleInputs(query.query)[0] };
  if (names.length === 0) return { query, handle, path: withQuery(query.route.path, sample) };
  const [only = ''] = names.length === 1 ? names : [];
  for (const place of walk.places) {
    const params = { [only]: place.example, ...(await paramsOf(kit, place)) };
    const asked = { query, handle, path: withQuery(filled(query.route.path, params), sample) };
    if (names.every((name) => name in params) && isAccepted(await ask(kit, asked))) return asked;
  }
  return null;
}

function withQuery(path: string, query: Readonly<Record<string, unknown>>): string {
  const text = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

async function ask(kit: RiggedPack, { query, path, handle: own }: Asked, handle: string | null = own, tenant?: string): Promise<Answer> {
  const token = handle === null ? {} : { authorization: `Bearer ${await kit.token(handle, tenant)}` };
  const body = query.route.method === 'GET' ? {} : { body: JSON.stringify(query.body ? (sampleInputs(query.body)[0] ?? {}) : {}) };
  return kit.send(query.route.method, path, { headers: { 'content-type': 'application/json', ...token }, ...body });
}
