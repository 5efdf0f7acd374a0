import { type Action, defineQuery, Problem, type ProblemCode, Strict, Type } from '../sdk/index.ts';
import { assertRole } from './admission.ts';
import { transactionOf } from './database/reader.ts';
import { canonicalId } from './ids.ts';
import { grantOf } from './packs/enabled.ts';
import type { PackRegistry } from './packs/registry.ts';
import { type JudgedDecision, type PolicyService, refusalOf } from './policy/decide.ts';
import { rehearse } from './rehearsal.ts';
import { assertValid } from './validation.ts';

/** Refusals that answer the question. Whatever else goes wrong means that it could not be asked. */
const VERDICTS: ReadonlySet<ProblemCode> = new Set(['forbidden', 'pack-disabled', 'separation-of-duties', 'invalid-state']);

/** `POST /dry-run`: what would become of an action of the caller's, as things stand. Nothing is stored, and nothing metered. */
export function dryRun({ packs, policy }: { packs: PackRegistry; policy: PolicyService }) {
  return defineQuery({
    id: 'dry-run',
    title: 'What would the policy say',
    route: { method: 'POST', path: '/dry-run' },
    query: Strict({}),
    body: Strict({
      action: Type.String({ description: 'Its id, as in GET /packs' }),
      subject_id: Type.Optional(Type.String({ maxLength: 200, description: 'What stands in its path for the subject' })),
      input: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    }),
    async run({ db, tenant, actor, body: { action: id, subject_id, input = {} } }) {
      const found = packs.action(id);
      if (!found?.operation.route) throw new Problem('not-found', `There is no action ${id}.`);
      const { operation: action, pack: packId } = found;
      try {
        const pack = await grantOf(db, packId);
        if (!pack) throw new Problem('pack-disabled', `The pack ${packId} is not enabled for tenant ${tenant}.`);
        assertRole(action, actor);
        assertValid(action.input, input);
        const rehearsing = { tx: transactionOf(db), policy, meters: packs.meters };
        const attempt = { params: paramsOf(action, subject_id), input };
        return verdict(id, await rehearse(rehearsing, action, { tenant, actor, pack, version: null }, attempt));
      } catch (error) {
        if (!(error instanceof Problem && VERDICTS.has(error.code))) throw error;
        return { action: id, allowed: false, code: error.code, detail: error.message, decision: null };
      }
    },
  });
}

/** The subject is the last name in the path: `:id`, `:digest`, `:pack_id`. */
function paramsOf({ route }: Action, subject: string | undefined): Readonly<Record<string, string>> {
  const name = route?.path
    .match(/:([a-z_]+)/g)
    ?.at(-1)
    ?.slice(1);
  return name === undefined || subject === undefined ? {} : { [name]: canonicalId(subject) };
}

function verdict(action: string, decision: JudgedDecision | null) {
  if (!decision) return { action, allowed: true, code: null, detail: null, decision: null };
  const { policy, bundle_digest, bundle_version, result, allowed, reasons, outcome, duration_ns } = decision;
  const refusal = allowed ? null : refusalOf(decision);
  return {
    action,
    allowed,
    code: refusal?.code ?? null,
    detail: refusal?.message ?? null,
    required_authentication: refusal?.details.required_authentication ?? null,
    decision: { policy, bundle_digest, bundle_version, required_approvals: result?.required_approvals ?? [], allowed, reasons, outcome, duration_ns },
  };
}
