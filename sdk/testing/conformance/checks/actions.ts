import { errorsIn, inWords } from '../../../../kernel/validation.ts';
import { OPERATOR, OUTSIDER } from '../../people.ts';
import { type Check, faultsOfEach } from '../check.ts';
import { rowOf } from '../history.ts';
import { type ActionCall, isAccepted, isCreating, type Routed, routedOf, said, sent } from '../request.ts';
import type { Stage } from '../stage.ts';

/** Every action through what may become of a request before it is judged, and through being allowed. */
export const actionChecks: readonly Check[] = [
  {
    name: 'every action with a route is taken by somebody, from some state',
    async faults({ kit, walk }) {
      const missed = routedOf(kit).filter((action) => !walk.taken.includes(action));
      return missed.map(({ id, from }) => {
        const why = walk.refused.get(id);
        return why === undefined
          ? `${id}: no subject came to ${from.join(' or ')}: see what should lead there`
          : `${id}: ${why}: give an input that is taken, in the option inputs['${id}']`;
      });
    },
  },
  {
    name: 'an action that is allowed answers by its schema, and leaves a receipt for each change of its subject',
    faults: (stage) => eachTaken(stage, (call) => allowedFault(stage, call)),
  },
  {
    name: 'without a token nothing is done',
    faults: (stage) => eachRefused(stage, (call) => expected(stage, call, { handle: null }, 401, 'unauthenticated')),
  },
  {
    name: 'who has none of the roles is refused',
    faults: (stage) => eachRefused(stage, (call) => expected(stage, call, { handle: OUTSIDER }, 403, 'forbidden')),
  },
  {
    name: 'a field that is not in the schema is refused, and named',
    faults: (stage) =>
      eachRefused(stage, async (call) => {
        const answer = await sent(stage.kit, call, { body: { ...call.input, not_a_field: 1 } });
        const named = (answer.body.errors ?? []).some(({ path }: { path: string }) => path === 'not_a_field');
        if (answer.body.code === 'invalid-input' && named) return null;
        return `it answers ${said(answer)} to a field that it does not have: make its input with Strict`;
      }),
  },
  {
    name: 'another tenant finds nothing to act on',
    faults: (stage) =>
      eachRefused(stage, async (call) =>
        isCreating(call.action) ? null : expected(stage, call, { tenant: stage.kit.otherTenant }, 404, 'not-found'),
      ),
  },
  {
    name: 'switched off, the pack takes no action',
    faults: (stage) => eachRefused(stage, (call) => switchedOff(stage, () => expected(stage, call, {}, 404, 'pack-disabled'))),
  },
];

export function eachTaken({ walk }: Stage, faultOf: (call: ActionCall) => Promise<string | null>): Promise<readonly string[]> {
  return faultsOfEach(
    walk.taken,
    ({ id }: Routed) => id,
    async (action) => faultOf(await walk.ready(action)),
  );
}

/** Calls that were refused as they should be: with their subjects as they were. */
const refused = new WeakMap<Stage, Map<string, ActionCall>>();

/** For checks that a call passes only by being refused, whatever its subject is like: then the next one takes it again, without another subject. */
function eachRefused(stage: Stage, faultOf: (call: ActionCall) => Promise<string | null>): Promise<readonly string[]> {
  const known = refused.get(stage) ?? new Map<string, ActionCall>();
  refused.set(stage, known);
  return faultsOfEach(
    stage.walk.taken,
    ({ id }) => id,
    async (action) => {
      const call = known.get(action.id) ?? (await stage.walk.ready(action));
      known.delete(action.id);
      const fault = await faultOf(call);
      if (fault === null) known.set(action.id, call);
      return fault;
    },
  );
}

/** With the pack off in the acting tenant, and on again afterwards. @throws Error where it cannot be switched */
export async function switchedOff<T>({ kit }: Pick<Stage, 'kit'>, work: () => Promise<T>): Promise<T> {
  const put = async (enabled: boolean) => {
    const answer = await kit.as(OPERATOR).put(`/tenants/${kit.tenant}/packs/${kit.pack.id}`, { enabled });
    if (!isAccepted(answer)) throw new Error(`it cannot be switched ${enabled ? 'on' : 'off'}: ${said(answer)}`);
  };
  await put(false);
  try {
    return await work();
  } finally {
    await put(true);
  }
}

async function expected(
  { kit }: Stage,
  call: ActionCall,
  otherwise: Parameters<typeof sent>[2],
  status: number,
  code: string,
): Promise<string | null> {
  const answer = await sent(kit, call, otherwise);
  return answer.status === status && answer.body.code === code ? null : `it answers ${said(answer)} instead of ${status} ${code}`;
}

async function allowedFault({ kit }: Stage, call: ActionCall): Promise<string | null> {
  const { action } = call;
  const answer = await sent(kit, call);
  if (!isAccepted(answer)) return `it was accepted once, and now answers ${said(answer)}`;
  const { receipt, ...resource } = answer.body;
  const errors = action.answer ? errorsIn(action.answer, resource) : [];
  if (errors.length > 0) return `its answer is not as its schema says: ${inWords(errors)}`;
  // Where it found nothing to change there is none.
  if (!receipt) return null;
  const id = call.subject ?? resource.id;
  if (typeof id !== 'string') return 'its answer has no id';
  const { version } = await rowOf(kit, action, id);
  const allowed = (await kit.receipts(id)).filter(({ outcome }) => outcome === 'allowed');
  return allowed.length === version ? null : `its subject is at version ${version}, and has ${allowed.length} receipts of what was allowed`;
}
