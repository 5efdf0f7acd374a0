import { type Evidence, membersOf } from '../../../evidence.ts';
import { type Check, faultsOfEach } from '../check.ts';
import { filled, parametersOf } from '../inputs.ts';
import { isAccepted } from '../request.ts';
import type { Stage } from '../stage.ts';
import { paramsOf } from '../subject-params.ts';

/** Evidence, as an auditor gets it and verifies it. It is told for each state that its subject can be in. */
export const evidenceChecks: readonly Check[] = [
  {
    name: 'evidence verifies: everything is as it was recorded, nothing is missing, and each decision comes out the same',
    faults: (stage) => eachBundle(stage, async (text) => verificationFault(stage, text)),
  },
  {
    name: 'evidence that somebody has changed does not verify',
    faults: (stage) => eachBundle(stage, async (text, evidence) => tamperingFault(stage, text, evidence)),
  },
];

interface Asked {
  readonly evidence: Evidence;
  readonly path: string;
  readonly about: string;
}

async function eachBundle(stage: Stage, faultOf: (text: string, evidence: Evidence) => Promise<string | null>): Promise<readonly string[]> {
  const { kit } = stage;
  const asked: Asked[] = [];
  const faults: string[] = [];
  for (const evidence of kit.pack.evidence) {
    const found = await askedOf(stage, evidence);
    asked.push(...found);
    if (found.length === 0)
      faults.push(`${evidence.id}: the suite has nothing to ask it for: give what its path names, in the option params['${evidence.id}']`);
  }
  const broken = await faultsOfEach(
    asked,
    ({ evidence, about }) => `${evidence.id} of ${about}`,
    async ({ evidence, path }) => {
      const answer = await kit.download(path);
      return isAccepted(answer) ? faultOf(answer.body, evidence) : `${path} answers ${answer.status}: ${answer.body.slice(0, 300)}`;
    },
  );
  return [...faults, ...broken];
}

async function askedOf({ kit, options, walk }: Stage, evidence: Evidence): Promise<readonly Asked[]> {
  const given = options.params?.[evidence.id];
  if (given) {
    const path = filled(evidence.path, typeof given === 'function' ? await given(kit) : given);
    return [{ evidence, path, about: path }];
  }
  const [first] = membersOf(evidence).filter(({ entity }) => entity.kind === 'governed');
  const asked: Asked[] = [];
  for (const { type, status, example } of walk.examples.filter((place) => place.type === first?.entity.type)) {
    const params = await paramsOf(kit, { type, example });
    if (parametersOf(evidence.path).every((name) => name in params))
      asked.push({ evidence, path: filled(evidence.path, params), about: `${type} ${status}` });
  }
  return asked;
}

async function verificationFault({ kit }: Stage, text: string): Promise<string | null> {
  const { ok, integrity, findings } = await kit.verify(text);
  if (ok && integrity.verdict === 'LOGGED') return null;
  const [first] = findings;
  return `it does not verify (${integrity.verdict}): ${first ? JSON.stringify(first) : 'nothing was found'}`;
}

/** In the first row of each member its time, and one digit of the first id that stands in it all. */
async function tamperingFault({ kit }: Stage, text: string, evidence: Evidence): Promise<string | null> {
  const document = JSON.parse(text) as Record<string, unknown>;
  for (const { name } of membersOf(evidence)) {
    const member = document[name];
    const row: unknown = Array.isArray(member) ? member[0] : member;
    if (typeof row !== 'object' || row === null || !('created_at' in row)) continue;
    const changed = { ...row, created_at: '2001-01-01T00:00:00.000Z' };
    const forged = { ...document, [name]: Array.isArray(member) ? [changed, ...member.slice(1)] : changed };
    if ((await kit.verify(JSON.stringify(forged))).ok) return `a row of ${name} can be changed, and it still verifies`;
  }
  const middle = text.search(/[0-9a-f](?=[0-9a-f]{7}-[0-9a-f]{4}-7)/);
  const byte = text[middle] === '0' ? '1' : '0';
  return (await kit.verify(text.slice(0, middle) + byte + text.slice(middle + 1))).ok
    ? 'a byte of an id can be changed, and it still verifies'
    : null;
}
