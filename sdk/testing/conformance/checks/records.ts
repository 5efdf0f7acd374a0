import { isNone } from '../../../changes.ts';
import { AUDITOR } from '../../people.ts';
import { type Check, faultsOfEach } from '../check.ts';
import { changesAfter } from '../history.ts';
import { governedIn } from '../inputs.ts';
import { isAccepted, said } from '../request.ts';
import type { Stage } from '../stage.ts';

/** What is on record of all that the suite has done. */
export const recordChecks: readonly Check[] = [
  {
    name: 'every state has its receipt: as many as the version of its subject, the last of them for the state that it is in',
    faults: ({ kit }) =>
      faultsOfEach(
        governedIn(kit.pack),
        ({ type }) => type,
        (entity) => receiptsFault(kit, entity),
      ),
  },
  {
    name: 'every transition of the tables is made, or named in the option unreached',
    faults: transitionFaults,
  },
  {
    name: 'every decision on record says why: at least one reason, with its rule and its message',
    faults: decisionFaults,
  },
  {
    name: 'apply is pure: it gives the same again, and changes nothing that it was given',
    faults: async ({ impure }) => [...impure].map(([action, why]) => `${action}: ${why}`),
  },
  {
    name: 'every edge is of a relationship that is declared, and what it is about can be found in the graph',
    faults: edgeFaults,
  },
];

async function receiptsFault(kit: Stage['kit'], { table }: { readonly table: string }): Promise<string | null> {
  const odd = await kit.summit.services.database.transaction(kit.tenant, 'read', (tx) =>
    tx.query<{ id: string }>(
      `SELECT t.id FROM ${table} t WHERE tenant_id = $1 AND (
           version <> (SELECT count(*) FROM receipts r WHERE r.tenant_id = $1 AND r.subject_id = t.id AND r.outcome = 'allowed')
           OR status <> (SELECT r.state_to FROM receipts r WHERE r.tenant_id = $1 AND r.subject_id = t.id AND r.seq = t.version)) ORDER BY id`,
      [kit.tenant],
    ),
  );
  return odd.length === 0 ? null : `${odd.length} have a state that no receipt witnesses, such as ${odd[0]?.id}`;
}

async function transitionFaults({ kit, options }: Stage): Promise<readonly string[]> {
  const made = new Set((await changesAfter(kit, '')).filter(({ from }) => from !== null).map(({ type, from, to }) => `${type} ${from} → ${to}`));
  const declared = governedIn(kit.pack).flatMap(({ type, transitions }) =>
    Object.entries(transitions).flatMap(([from, targets]) => targets.map((to) => `${type} ${from} → ${to}`)),
  );
  const named = Object.keys(options.unreached ?? {});
  return [
    ...declared
      .filter((transition) => !made.has(transition) && !named.includes(transition))
      .map((transition) => `${transition}: no action made it: give inputs that lead there, or say in the option unreached why none does`),
    ...named.filter((transition) => made.has(transition)).map((transition) => `${transition}: the option unreached names it, and it was made`),
    ...named
      .filter((transition) => !declared.includes(transition))
      .map((transition) => `${transition}: the option unreached names it, and no table has it`),
  ];
}

interface Decision {
  readonly id: string;
  readonly action: string;
  readonly reasons: readonly { readonly rule: string; readonly message: string }[];
}

async function decisionFaults({ kit }: Stage): Promise<readonly string[]> {
  const { own, judged } = { own: kit.pack.actions.map(({ id }) => id), judged: kit.pack.actions.filter(({ policy }) => !isNone(policy)) };
  if (judged.length === 0) return [];
  const decisions = await kit.summit.services.database.transaction(kit.tenant, 'read', (tx) =>
    tx.query<Decision>('SELECT id, action, reasons FROM policy_decisions WHERE tenant_id = $1 AND action = ANY($2) ORDER BY id', [kit.tenant, own]),
  );
  const faulty = decisions.filter(
    ({ reasons }) => reasons.length === 0 || reasons.some(({ rule, message }) => rule.trim() === '' || message.trim() === ''),
  );
  const byAction = Map.groupBy(faulty, ({ action }) => action);
  return [...byAction].map(
    ([action, found]) =>
      `${action}: ${found.length} decisions say no reason, such as ${found[0]?.id}: let its policy give one for each way through it`,
  );
}

async function edgeFaults({ kit, walk, relationships }: Stage): Promise<readonly string[]> {
  const declared = kit.summit.services.packs.relationships;
  const undeclared = [...relationships].filter(([name]) => !(name in declared));
  const nodes = walk.places.filter(({ type }) => kit.pack.entities.some((entity) => entity.type === type && entity.label !== undefined));
  return [
    ...undeclared.map(([name, action]) => `${action}: it makes an edge ${name}, which the relationships of the pack do not have`),
    ...(await faultsOfEach(
      nodes,
      ({ type, status }) => `${type} ${status}`,
      async ({ example }) => {
        const answer = await kit.as(AUDITOR).get(`/graph/entities/${example}/neighbors`);
        return isAccepted(answer) ? null : `the graph answers ${said(answer)}`;
      },
    )),
  ];
}
