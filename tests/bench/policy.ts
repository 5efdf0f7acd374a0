import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { PolicyEngine } from '../../kernel/policy/engine.ts';
import { interleave } from './load.ts';
import { compared, type Figure } from './report.ts';
import { ENTRYPOINT, QUESTION, type Subject } from './subject.ts';

const ROUNDS = 7;
const ROUND_MS = 500;
/** Decisions between two looks at the clock. */
const BATCH = 50;
const TARGET = 0.9;

/** Decisions per second of the policy engine, against the bare WebAssembly that it wraps. */
export async function measurePolicy({ summit }: Subject): Promise<readonly Figure[]> {
  const bundle = summit.services.bundles.configured.get('high_risk.operations');
  if (!bundle) throw new Error(`no bundle answers ${ENTRYPOINT}`);
  const engine = new PolicyEngine();
  const text = JSON.stringify(QUESTION);
  const bare = await loadPolicy(new Uint8Array(bundle.wasm), { initial: 5, maximum: 512 });
  bare.setData(JSON.parse(bundle.dataText));
  const variants = new Map<string, () => Promise<void>>([
    [
      'engine',
      async () => {
        for (let index = 0; index < BATCH; index++) await engine.evaluate(bundle, ENTRYPOINT, text);
      },
    ],
    [
      'bare',
      async () => {
        for (let index = 0; index < BATCH; index++) bare.evaluate(QUESTION, ENTRYPOINT);
      },
    ],
  ]);
  for (const batch of variants.values()) await decisions(batch);
  const rates = await interleave(variants, ROUNDS, decisions);
  return [compared('decisions', rates, 'engine', ['bare', 'bare opa-wasm'], TARGET)];
}

async function decisions(batch: () => Promise<void>): Promise<number> {
  const started = performance.now();
  let made = 0;
  while (performance.now() < started + ROUND_MS) {
    await batch();
    made += BATCH;
  }
  return (made * 1_000) / (performance.now() - started);
}
