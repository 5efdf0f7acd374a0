import type { Logger } from 'pino';
import { validate as isUuid } from 'uuid';
import { type Action, defineQuery, type GovernedRow, Nullable, PROBLEMS, Problem, type Query, type Reader, Strict, Type } from '../sdk/index.ts';
import { type Admitted, assertRole } from './admission.ts';
import { apart } from './dashboards/apart.ts';
import { transactionOf } from './database/reader.ts';
import { Receipts } from './database/tables.ts';
import type { Grant } from './identity/access.ts';
import { grantOf } from './packs/enabled.ts';
import type { PackRegistry } from './packs/registry.ts';
import { type JudgedDecision, type PolicyService, refusalOf } from './policy/decide.ts';
import { assertCurrent } from './preconditions.ts';
import { type Rehearsing, rehearse, rehearseUnjudged } from './rehearsal.ts';
import { sampleInputs } from './sample-input.ts';

const Text = Type.String();

const ActionsAnswer = Strict({
  items: Type.Array(
    Strict({
      id: Text,
      title: Text,
      method: Type.Enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
      path: Text,
      allowed: Type.Boolean(),
      code: Nullable(Type.Enum(Object.keys(PROBLEMS), { description: 'Why not, as the action itself would say' })),
      detail: Nullable(Text),
      required_authentication: Nullable(
        Strict({ max_age: Type.Integer(), acr_values: Type.Array(Text) }, { description: 'How they must have signed in, where that would help' }),
      ),
    }),
  ),
});

interface Services {
  readonly packs: PackRegistry;
  readonly policy: PolicyService;
  readonly log: Logger;
}

/** `GET /subjects/:id/actions`: what the caller may do with this record now, and of the rest why not. Nothing is stored, and nothing metered. */
export function availableActions({ packs, policy, log }: Services): Query {
  return defineQuery({
    id: 'subject.actions',
    title: 'What one may do with a record now, and why not the rest; of an action that needs input, neither the input nor the policy is judged',
    route: { method: 'GET', path: '/subjects/:id/actions' },
    query: Strict({}),
    answer: ActionsAnswer,
    async run({ db, tenant, actor, params: { id = '' } }) {
      const { pack, actions } = await actionsOn(db, packs, id);
      const tx = transactionOf(db);
      const [first] = actions;
      if (!first) return { items: [] };
      const subject = await db.one(first.entity, id);
      const items = [];
      for (const action of actions) {
        const result = await apart(tx, () =>
          verdictOn({ tx, policy, meters: packs.meters }, action, { tenant, actor, pack, version: null }, subject),
        );
        if ('error' in result)
          log.error({ err: result.error, tenant, action: action.id, subject: id }, 'nobody can tell whether an action is allowed');
        items.push(present(action, subject, 'value' in result ? result.value : UNKNOWN));
      }
      return { items };
    },
  });
}

const PARAMETER = /:([a-z_]+)/g;

/** An action with a route to a subject that is there. */
type Routed = Action & Required<Pick<Action, 'route'>>;

/** Those of the subject's type. @throws Problem `not-found`, also where its pack is not enabled */
async function actionsOn(db: Reader, packs: PackRegistry, id: string): Promise<{ pack: Grant; actions: readonly Routed[] }> {
  // What was refused has a receipt too, about whatever its caller has called its subject: that is none.
  const [witness] = isUuid(id) ? await db.find(Receipts, { subject_id: id, outcome: 'allowed' }, { limit: 1 }) : [];
  const type = witness?.subject_type;
  const owner = packs.all.find(({ entities }) => entities.some((entity) => entity.kind === 'governed' && entity.type === type));
  const pack = owner && (await grantOf(db, owner.id));
  if (!owner || !pack) throw new Problem('not-found', `There is no record ${id}.`);
  return { pack, actions: owner.actions.filter((action) => action.entity.type === type).filter(isRouted) };
}

function isRouted(action: Action): action is Routed {
  if (!action.route || action.from.length === 0) return false;
  return action.params !== undefined || (action.route.path.match(PARAMETER) ?? []).join() === ':id';
}

/** null where nothing stands in the way. */
type Refusal = Pick<Problem, 'code' | 'message' | 'details'> | null;

const UNKNOWN: Refusal = { code: 'internal', message: 'Nobody can tell whether this is possible now.', details: {} };

async function verdictOn(rehearsing: Rehearsing, action: Routed, admitted: Admitted, subject: GovernedRow): Promise<Refusal> {
  try {
    assertRole(action, admitted.actor);
    assertCurrent(action, subject, undefined);
    return await rehearsed(rehearsing, action, admitted, subject);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** Refusals of a made-up input that are not of the subject, or may not be. */
const OF_THE_INPUT: ReadonlySet<string> = new Set(['invalid-input', 'not-found', 'conflict']);

/**
 * By the first input that gets through: nothing at all, which is no guess and so is judged by the policy too, or else samples.
 * Where none does, all that can be said of it has been said. @throws Problem
 */
async function rehearsed(rehearsing: Rehearsing, action: Routed, admitted: Admitted, subject: GovernedRow): Promise<Refusal> {
  const params = action.params?.(subject) ?? { id: subject.id };
  for (const input of sampleInputs(action.input)) {
    const isMadeUp = Object.keys(input).length > 0;
    try {
      if (isMadeUp) await rehearseUnjudged(rehearsing, action, admitted, { params, input });
      else return refusedBy(await rehearse(rehearsing, action, admitted, { params, input }));
      return null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (isMadeUp ? !OF_THE_INPUT.has(error.code) : error.code !== 'invalid-input') throw error;
    }
  }
  return null;
}

function refusedBy(decision: JudgedDecision | null): Refusal {
  return decision && !decision.allowed ? refusalOf(decision) : null;
}

function present(action: Routed, subject: GovernedRow, refusal: Refusal) {
  const { id, title, route } = action;
  const params = action.params?.(subject) ?? { id: subject.id };
  const path = route.path.replaceAll(PARAMETER, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const { code = null, message: detail = null, details: { required_authentication = null } = {} } = refusal ?? {};
  return { id, title, method: route.method, path, allowed: refusal === null, code, detail, required_authentication };
}
