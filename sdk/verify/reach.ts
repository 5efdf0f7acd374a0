import type { Findings } from './findings.ts';
import { type Checkpoints, epochOf } from './log.ts';
import type { Population, Segment } from './population.ts';
import { judgeRemembered, type Remembered, type State } from './state.ts';

/** Whether a range begins where it must, and passes over nothing of the logs that an auditor has seen. */
export async function judgeReach({ manifest }: Population, { covered }: Checkpoints, state: State, findings: Findings): Promise<void> {
  const { origin: base, segments, from, to } = manifest;
  const [first] = segments;
  if (from === null && first && (first.origin !== base || `${first.from_size}` !== '0')) {
    const message = `all from the beginning was asked for, and the range begins at size ${first.from_size} of ${first.origin}`;
    findings.add('INCOMPLETE', 'beginning-missing', message, 'manifest.segments');
  }
  const begins = epochOf(first?.origin ?? base, base) ?? 1;
  for (const [origin, old] of state) {
    const segment = segments.find((one) => one.origin === origin);
    if (segment) {
      judgeStretch(segment, old, findings);
      continue;
    }
    for (const end of covered.filter((one) => one.origin === origin && one.isSigned)) await judgeRemembered(old, end, null, findings);
    // What came before the range was not asked for, and the log of the range goes on from it.
    if (to === null && (epochOf(origin, base) ?? 0) > begins) {
      const message = `all up to now was asked for, and ${origin} is left out, which is remembered at size ${old.size}`;
      findings.add('UNANCHORED', 'epoch-left-out', message, 'manifest.segments');
    }
  }
}

/** The fold of its leaves is compared with the remembered tree where it comes by that, so it must not begin after it, nor end before. */
function judgeStretch({ origin, from_size, to_size }: Segment, { size }: Remembered, findings: Findings): void {
  if (size < BigInt(from_size)) {
    const message = `nothing shows that ${origin} only grew from the remembered size ${size} to ${from_size}: ask for a population from there`;
    findings.add('UNANCHORED', 'no-consistency-proof', message, 'manifest.segments');
  } else if (size > BigInt(to_size)) {
    const message = `it ends at size ${to_size} of ${origin}, an older range than you have seen, which was of size ${size}: ask for a new one`;
    findings.add('UNANCHORED', 'older-than-state', message, 'manifest.segments');
  }
}
