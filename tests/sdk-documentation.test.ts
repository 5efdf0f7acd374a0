import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { shareSdk } from '../kernel/packs/one-sdk.ts';
import { type SdkSymbol, symbolsOf, typeErrorsIn } from './support/sdk-symbols.ts';

const test = suite('The documentation of the SDK');

const entries = { '@summit/sdk': 'sdk/index.ts', '@summit/sdk/rating': 'sdk/rating/index.ts' };
const offered = Object.entries(entries).map(([name, entry]) => ({ name, symbols: symbolsOf(entry) }));
const published = offered.map(({ name, symbols }) => ({ name, symbols: symbols.filter(({ isInternal }) => !isInternal) }));
const symbols = [...new Map(published.flatMap((entry) => entry.symbols.map((symbol) => [nameOf(symbol), symbol]))).values()];
/** What views are made with. It runs in a browser, so that examples of it would not run here. */
const kit = symbolsOf('sdk/ui/index.ts');
const fixture = symbolsOf('tests/support/sdk-example.ts').map(({ name }) => name);

/** One module for each example: it may use all that the SDK offers, and what `sdk-example.ts` declares. */
const modules = new Map(
  symbols.flatMap((symbol) => symbol.examples.map((code, index) => [`${nameOf(symbol)}, example ${index + 1}`, moduleOf(code)] as const)),
);

function nameOf({ file, name }: SdkSymbol): string {
  return `${file}: ${name}`;
}

function moduleOf(code: string): string {
  const used = (names: readonly string[]) => names.filter((name) => new RegExp(`\\b${name}\\b`).test(code) && !declares(code, name));
  const imports = published.map(({ name, symbols: all }, index) => {
    const earlier = published.slice(0, index).flatMap((entry) => entry.symbols.map((symbol) => symbol.name));
    const own = all.filter((symbol) => !earlier.includes(symbol.name));
    const listed = used(own.map((symbol) => symbol.name)).map((wanted) => (isType(own, wanted) ? `type ${wanted}` : wanted));
    return `import { ${listed.join(', ')} } from '${name}';`;
  });
  const ofFixture = used(fixture.filter((name) => !symbols.some((symbol) => symbol.name === name)));
  const ours = ofFixture.length === 0 ? [] : [`import { ${ofFixture.join(', ')} } from './support/sdk-example.ts';`];
  return ["import assert from 'node:assert/strict';", ...imports, ...ours, code].join('\n');
}

/** For all of the module: what a function within it calls by the same name is its own affair. */
function declares(code: string, name: string): boolean {
  return new RegExp(`^(const|function|class|type|interface) ${name}\\b`, 'm').test(code);
}

function isType(among: readonly SdkSymbol[], wanted: string): boolean {
  return among.some(({ name, isValue }) => name === wanted && !isValue);
}

test('everything that is published says what it is', () => {
  const all = [...symbols, ...kit.filter(({ isInternal }) => !isInternal)];
  assert.equal(all.filter(({ summary }) => summary === '').map(nameOf), []);
});

test('everything that is more than a type has an example, and each example claims something', () => {
  const faults = symbols.flatMap((symbol) => {
    const { isValue, examples } = symbol;
    const fault = isValue && examples.length === 0 ? 'has no @example' : examples.map(faultIn).find((found) => found !== null);
    return fault ? [`${nameOf(symbol)} ${fault}`] : [];
  });
  assert.equal(faults, []);
});

function faultIn(code: string): string | null {
  if (code === '') return 'has an example that is not between ```ts and ```';
  return /\bassert\b/.test(code) ? null : 'has an example that asserts nothing';
}

test('the examples are right by their types', () => {
  assert.equal(typeErrorsIn(modules), []);
});

test('what the examples claim is so', async () => {
  shareSdk();
  const folder = mkdtempSync(join(tmpdir(), 'summit-examples-'));
  const support = pathToFileURL(join(import.meta.dirname, 'support')).href;
  const wrong: string[] = [];
  try {
    for (const [index, [name, code]] of [...modules].entries()) {
      const file = join(folder, `${index}.ts`);
      writeFileSync(file, code.replace("'./support/", `'${support}/`));
      await import(pathToFileURL(file).href).catch((error: Error) => wrong.push(`${name}: ${inOneLine(error.message)}`));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  assert.equal(wrong, []);
});

function inOneLine(message: string): string {
  return stripVTControlCharacters(message).replace(/\s+/g, ' ');
}

test("no pack uses what is the kernel's alone, which the published types do not have", () => {
  const all = [...offered.flatMap((entry) => entry.symbols), ...kit];
  const internal = all.filter(({ isInternal }) => isInternal).map(({ name }) => name);
  assert.ok(internal.length > 0);
  const root = join(import.meta.dirname, '..');
  const used = globSync('{packs,sdk/template,docs/examples}/**/*.ts', { cwd: root }).flatMap((file) => {
    const imports = readFileSync(join(root, file), 'utf8').matchAll(/import (?:type )?\{([^}]*)\} from '@summit\/sdk/g);
    const names = [...imports].flatMap(([, listed = '']) => listed.match(/\w+/g) ?? []);
    return internal.filter((name) => names.includes(name)).map((name) => `${file}: ${name}`);
  });
  assert.equal(used, []);
});

test.run();
