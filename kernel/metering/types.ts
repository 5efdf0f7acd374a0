import { type Changes, defineMeter, defineUsageType, isNone, type Meter, Type, type UsageType } from '../../sdk/index.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { errorsIn, inWords } from '../validation.ts';

/** Words about an event, for whoever looks into it: no personal data. */
const Words = (known: Parameters<typeof Type.Object>[0]) =>
  Type.Object(known, { additionalProperties: Type.String({ maxLength: 500 }), maxProperties: 20 });

export const POLICY_DECISION = defineUsageType({
  type: 'policy_decision',
  title: 'A decision of a policy',
  metadata: Words({ policy: Type.Optional(Type.String({ maxLength: 500, description: 'Its entrypoint' })) }),
});

export const WORKFLOW_RUN = defineUsageType({
  type: 'workflow_run',
  title: 'A governed workflow that starts',
  metadata: Words({ workflow: Type.Optional(Type.String({ maxLength: 500, description: 'The type of its subject' })) }),
});

/** What every pack may emit. */
export const kernelUsage: readonly UsageType[] = [POLICY_DECISION, WORKFLOW_RUN];

/** Sums, so that whoever reports several at once may: Summit's own events are of one each. */
export const kernelMeters: readonly Meter[] = [
  defineMeter({ id: 'policy_decisions', title: 'Policy decisions', event_type: POLICY_DECISION.type, aggregation: 'sum' }),
  defineMeter({ id: 'workflow_runs', title: 'Workflow runs', event_type: WORKFLOW_RUN.type, aggregation: 'sum' }),
];

/** @throws TypeError for an event that no pack declares, or with metadata against its schema */
export function assertDeclared(packs: PackRegistry, { usage }: Pick<Changes, 'usage'>): void {
  if (isNone(usage)) return;
  for (const event of usage) {
    // What was reported was judged when it came in.
    if ('reported' in event) continue;
    const { type, metadata = {} } = event;
    const declared = packs.usageTypes.get(type);
    if (!declared) throw new TypeError(`the usage event ${type} is of no type that a pack declares`);
    const errors = errorsIn(declared.usage.metadata, structuredClone(metadata));
    if (errors.length > 0) throw new TypeError(`the usage event ${type}: ${inWords(errors)}`);
  }
}
