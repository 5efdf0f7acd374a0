import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { JsonError, parseJson } from '../../sdk/verify/json.ts';
import { parsePolicy } from '../../sdk/verify/policy.ts';
import { verifyEvidence } from '../../sdk/verify/verify.ts';
import { buildBilling } from '../support/billing-builder.ts';
import { buildEvidence } from '../support/evidence-builder.ts';

const test = suite('Verifier: any input');
const { bundle, policy: policyText } = await buildEvidence();
const text = JSON.stringify(bundle);
const policy = await parsePolicy(policyText);
const billing = await buildBilling();
const billingPolicy = await parsePolicy(billing.policy);
/** The policies are not the point here. */
const evaluate = async () => [];

async function verdictOf(file: string | Uint8Array, pinned = policy): Promise<string> {
  const { ok, integrity, findings } = await verifyEvidence(file, { policy: pinned, evaluate });
  assert.is(ok, false, 'it is not ok');
  assert.ok(findings.length > 0, 'what is wrong is said');
  return integrity.verdict;
}

test('a single byte that was changed anywhere is seen', async () => {
  const bytes = Buffer.from(text);
  // Most bytes are those of the wasm; the others are to be tried as well.
  const wasm = bytes.indexOf('"wasm":');
  const place = fc.oneof(fc.nat(wasm - 1), fc.integer({ min: bytes.indexOf('"data":'), max: bytes.length - 1 }), fc.nat(bytes.length - 1));
  await fc.assert(
    fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ flip;
      const verdict = await verdictOf(changed);
      assert.ok(['INVALID', 'UNANCHORED'].includes(verdict), `${verdict} with the byte ${at} changed`);
    }),
    { numRuns: 150 },
  );
});

test('a single byte that was changed anywhere in a bundle about an invoice is seen', async () => {
  const bytes = Buffer.from(JSON.stringify(billing.bundle));
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ flip;
      const verdict = await verdictOf(changed, billingPolicy);
      assert.ok(['INVALID', 'UNANCHORED'].includes(verdict), `${verdict} with the byte ${at} changed`);
    }),
    { numRuns: 150 },
  );
});

test('a bundle that is cut off anywhere is malformed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length - 1), async (length) => assert.is(await verdictOf(text.slice(0, length)), 'INVALID')),
    { numRuns: 60 },
  );
});

test('whatever the text is, there is a verdict', async () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify({ ...bundle, manifest: value })),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (any) => assert.is(await verdictOf(any), 'INVALID')),
    { numRuns: 200 },
  );
  await fc.assert(fc.asyncProperty(fc.uint8Array(), async (bytes) => assert.is(await verdictOf(bytes), 'INVALID')));
});

for (const [name, whole, pinned] of [
  ['a member', bundle, policy],
  ['a member about an invoice', billing.bundle, billingPolicy],
] as const) {
  test(`whatever ${name} is, there is a verdict`, async () => {
    const paths = pathsOf(whole).filter((path) => !path.includes('wasm'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }), async (path, value) => {
        const copy = structuredClone<object>(whole);
        const parent = path.slice(0, -1).reduce<unknown>((inner, step) => Reflect.get(Object(inner), step), copy);
        if (JSON.stringify(Reflect.get(Object(parent), path.at(-1) ?? '')) === JSON.stringify(value)) return;
        Reflect.set(Object(parent), path.at(-1) ?? '', value);
        const verdict = await verdictOf(JSON.stringify(copy), pinned);
        assert.ok(['INVALID', 'UNANCHORED'].includes(verdict), `${verdict} with another ${path.join('.')}`);
      }),
      { numRuns: 150 },
    );
  });
}

test('nested, oversized and prototype-naming documents are verdicts, not crashes', async () => {
  const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
  const wide = `{"manifest":[${'0,'.repeat(5_000_000)}0]}`;
  const named = text.replace('{"manifest":', '{"__proto__":{"ok":true},"manifest":');
  for (const odd of [deep, wide, named, '{"__proto__":null}', '{"manifest":{"typ":"toString"}}', '', '\ufeff{}', 'null']) {
    assert.is(await verdictOf(odd), 'INVALID', odd.slice(0, 40));
  }
});

test('duplicate JSON keys are refused, also escaped ones and those within', async () => {
  for (const change of [
    (whole: string) => whole.replace('{"manifest":', '{"manifest":{},"manifest":'),
    (whole: string) => whole.replace('"nonce":null', '"nonce":null,"nonce":null'),
    (whole: string) => whole.replace('"nonce":null', '"nonce":null,"non\\u0063e":null'),
  ]) {
    assert.is.not(change(text), text);
    assert.is(await verdictOf(change(text)), 'INVALID');
  }
  assert.throws(() => parseJson('{"a":[{"b":1,"b":2}]}'), /^a\[0\] has the key "b" twice/);
});

test('JSON is read as everybody reads it, and refused where people might differ', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const written = JSON.stringify(value);
      // What canonical JSON writes otherwise: -0.
      if (written.includes('-0')) return;
      assert.equal(JSON.parse(JSON.stringify(parseJson(written))), JSON.parse(written));
      assert.equal(JSON.parse(JSON.stringify(parseJson(JSON.stringify(value, null, 2)))), JSON.parse(written));
    }),
  );
  for (const odd of [
    ...['1.0', '01', '1e2', '-0', '+1', '.5', '5.', '1e400', '9007199254740993', '0.1000000000000000055', 'NaN', 'Infinity', '0x1', '--1'],
    ...['"\ud800"', '"\\ud800"', '"\\udc00\\ud800"', '"\u0000"', '"\n"', '"\\x41"', '"\\u12g4"', '"', "'a'", '"a'],
    ...[
      '',
      ' ',
      '{',
      '[',
      '[1,]',
      '[,1]',
      '[1 2]',
      '{"a"}',
      '{"a":}',
      '{a:1}',
      '{"a":1,}',
      '{"a" 1}',
      '[1]]',
      'nul',
      'true false',
      '//',
      '{"a":1}x',
      '\u00a01',
    ],
  ]) {
    assert.throws(
      () => parseJson(odd),
      (error: unknown) => error instanceof JsonError,
      odd,
    );
  }
  assert.is(parseJson(' "\\u00e9\\ud83d\\ude00\\/\\b" '), 'é😀/\b');
});

test('limits hold exactly', () => {
  const throws = (work: () => unknown) => assert.throws(work, (error: unknown) => error instanceof JsonError);
  assert.equal(parseJson('[[1]]', { depth: 2, values: 3, length: 5 }), [[1]]);
  throws(() => parseJson('[[1]]', { depth: 1 }));
  throws(() => parseJson('[[1]]', { values: 2 }));
  throws(() => parseJson('[[1]]', { length: 4 }));
});

function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  const own = path.length > 0 ? [path] : [];
  if (typeof value !== 'object' || value === null) return own;
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

test.run();
