import { isDeepStrictEqual } from 'node:util';
import { newId } from '../../../../kernel/ids.ts';
import type { Check } from '../check.ts';
import { newestReceipt, outcomesAfter } from '../history.ts';
import { type ActionCall, isAccepted, said, sent } from '../request.ts';
import type { Stage } from '../stage.ts';
import { eachTaken } from './actions.ts';

export const idempotencyChecks: readonly Check[] = [
  {
    name: 'the same Idempotency-Key brings the first answer again, and writes nothing twice',
    faults: (stage) => eachTaken(stage, (call) => replayFault(stage, call)),
  },
  {
    name: 'the same Idempotency-Key with another request is refused',
    faults: (stage) => eachTaken(stage, (call) => mismatchFault(stage, call)),
  },
];

async function replayFault({ kit }: Stage, call: ActionCall): Promise<string | null> {
  const headers = { 'idempotency-key': newId() };
  const first = await sent(kit, call, { headers });
  if (!isAccepted(first)) return `it was accepted once, and now answers ${said(first)}`;
  const written = await newestReceipt(kit);
  const second = await sent(kit, call, { headers });
  if (second.headers.get('idempotent-replayed') !== 'true') return `the same key is answered by ${said(second)}, and not by the first answer`;
  if (second.status !== first.status || !isDeepStrictEqual(second.body, first.body)) return 'the same key brings another answer than the first';
  // Jobs may be at work meanwhile.
  return (await outcomesAfter(kit, written, call.action.id)).length === 0 ? null : 'the same key writes something again';
}

/** What names another subject in its path is another request, and so is another version of it; what creates takes another body. */
async function mismatchFault({ kit }: Stage, call: ActionCall): Promise<string | null> {
  const headers = { 'idempotency-key': newId() };
  const first = await sent(kit, call, { headers });
  if (!isAccepted(first)) return `it was accepted once, and now answers ${said(first)}`;
  const others =
    call.subject === null ? otherwise(call.input).map((body) => ({ headers, body })) : [{ headers: { ...headers, 'if-match': '"999999"' } }];
  for (const other of others) {
    const second = await sent(kit, call, other);
    if (second.body.code === 'idempotency-mismatch') return null;
    // Not each text may be another: an id, say, and one of a few.
    const isNoRequest = call.subject === null && second.body.code === 'invalid-input';
    if (!isNoRequest) return `the same key with another request is answered by ${said(second)}`;
  }
  return null;
}

/** The same with one text in it otherwise, each in its turn: by a letter, and by a digit where it is a number. */
function otherwise(input: ActionCall['input']): readonly object[] {
  const texts = Object.entries(input).filter(([, value]) => typeof value === 'string');
  return texts.flatMap(([name, text]) => [`${text}y`, `1${text}`].map((other) => ({ ...input, [name]: other })));
}
