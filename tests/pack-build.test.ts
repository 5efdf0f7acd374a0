import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CliError } from '../kernel/cli/cli-error.ts';
import { buildPackage } from '../kernel/cli/pack-build.ts';
import { migratedDataDir } from './support/migrated-data-dir.ts';
import { packFolder } from './support/pack-folder.ts';
import { cli, startServer, tokenOf } from './support/process.ts';

const test = suite('summit pack build');
const VISITORS = new URL('./support/visitors-pack', import.meta.url).pathname;
const CONFIG = new URL('../config/', import.meta.url).pathname;
let folder: string;
let packs: ReturnType<typeof packFolder>;
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'summit-build-'));
  packs = packFolder();
});
test.after(() => {
  rmSync(folder, { recursive: true, force: true });
  packs.remove();
});

function write(path: string, content: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
}

test('a package holds the server part as one file, views and policies as they are, and what npm wants to know', async () => {
  const out = join(folder, 'built');
  const { code, stdout, stderr } = await cli(['pack', 'build', VISITORS, '--out', out], {});
  assert.is(code, 0, stderr);
  assert.is(stdout, `@acme/summit-pack-visitors 1.0.0 ${out}\n`);
  assert.match(stderr, `npm publish ${out}`);
  assert.not.match(stderr, 'note:');
  const lib = ['approvals', 'decisions', 'identifiers', 'subject'].filter((name) => existsSync(join(out, `policies/lib/${name}`)));
  assert.equal(lib, ['decisions', 'identifiers', 'subject'], 'of the shared library what its policy was compiled from');
  for (const file of [
    ...['README.md', 'manifest.js', 'manifest.js.map', 'ui/visits.ts', 'ui/length.ts', 'policies/manifest.json'],
    ...['policies/compiled/visitors.admission.wasm', 'policies/visitors/admission/admission_test.rego'],
  ])
    assert.ok(existsSync(join(out, file)), file);
  assert.not(existsSync(join(out, 'visit.ts')), 'what is in the one file is not there again');
  const manifest = JSON.parse(readFileSync(join(out, 'package.json'), 'utf8'));
  assert.equal(manifest, {
    name: '@acme/summit-pack-visitors',
    version: '1.0.0',
    description: 'Who visits, and how long they may stay',
    keywords: ['summit-pack'],
    license: 'UNLICENSED',
    type: 'module',
    exports: { '.': './manifest.js', './package.json': './package.json' },
    files: ['README.md', 'manifest.js', 'manifest.js.map', 'policies', 'ui'],
    peerDependencies: { '@summit/sdk': '^0.1.0' },
    peerDependenciesMeta: { '@summit/sdk': { optional: true } },
  });
  assert.match(readFileSync(join(out, 'manifest.js'), 'utf8'), /from "@summit\/sdk"/);
});

test('the same sources give the same bytes, wherever they lie and wherever they go', async () => {
  const copy = join(folder, 'elsewhere/visitors');
  cpSync(VISITORS, copy, { recursive: true });
  const built = [await buildPackage(VISITORS, join(folder, 'deep/down/one')), await buildPackage(copy, undefined)];
  const [first, second] = built.map(({ out, files }) => files.map((file) => [file, readFileSync(join(out, file), 'base64')]));
  assert.equal(built[1]?.out, join(copy, 'dist'));
  assert.equal(first, second);
  assert.equal((await buildPackage(copy, undefined)).files, built[1]?.files, 'what was built before is built anew, and is no source of it');
});

test('packed, installed and named in the configuration, a pack works as one of the checkout does', async () => {
  const { out } = await buildPackage(VISITORS, join(folder, 'package'));
  const site = join(folder, 'site');
  const npm = (args: readonly string[], cwd: string) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  write('site/package.json', '{"private": true}');
  npm(['pack', out, '--pack-destination', folder], folder);
  npm(['install', '--offline', '--no-audit', '--no-fund', join(folder, 'acme-summit-pack-visitors-1.0.0.tgz')], site);

  cpSync(CONFIG, join(site, 'config'), { recursive: true });
  const config = JSON.parse(readFileSync(join(CONFIG, 'summit.json'), 'utf8'));
  const policies = { folder: new URL('../policies', import.meta.url).pathname };
  write('site/config/summit.json', JSON.stringify({ ...config, packs: ['@acme/summit-pack-visitors'], policies }));
  for (const tenant of ['demo-external', 'summit-internal']) {
    const file = JSON.parse(readFileSync(join(CONFIG, `tenants/${tenant}.json`), 'utf8'));
    write(`site/config/tenants/${tenant}.json`, JSON.stringify({ ...file, packs: { visitors: { enabled: true } } }));
  }
  const env = { SUMMIT_CONFIG: join(site, 'config/summit.json'), SUMMIT_DATA_DIR: await migratedDataDir(join(folder, 'data')), DATABASE_URL: '' };
  const server = await startServer(env);
  try {
    const token = await tokenOf('engineer', env);
    const call = async (method: string, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      return fetch(server.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    };
    const ready = (await (await call('GET', '/readyz')).json()) as { packs: { id: string }[]; failed_packs: unknown };
    assert.equal([ready.packs.map(({ id }) => id), ready.failed_packs], [['summit', 'visitors'], []]);
    const announced = await call('POST', '/visitors/visits', { company: 'Globex', hours: 8 });
    const visit = (await announced.json()) as { id: string; receipt: object };
    assert.is(announced.status, 201, JSON.stringify(visit));
    assert.ok(visit.receipt);
    const tooLong = await call('POST', '/visitors/visits', { company: 'Globex', hours: 9 });
    const refusal = (await tooLong.json()) as { code: string; reasons: object };
    assert.equal(
      [tooLong.status, refusal.code, refusal.reasons],
      [403, 'policy-denied', [{ rule: 'too-long', message: 'A visit lasts from one hour to 8.' }]],
    );
    assert.is((await call('GET', `/evidence/visitors/${visit.id}`)).status, 200);
    const shown = (await (await call('GET', '/switchboard')).json()) as { packs: { id: string; lists: { module: string }[] }[] };
    const module = shown.packs.find(({ id }) => id === 'visitors')?.lists[0]?.module ?? '(not built)';
    assert.match(await (await call('GET', module)).text(), 'an hour');
  } finally {
    await server.stop('SIGTERM');
  }
});

async function refusalOf(dir: string, out?: string): Promise<readonly [number, string]> {
  try {
    await buildPackage(dir, out);
    return [0, 'it was built'];
  } catch (error) {
    assert.instance(error, CliError);
    const { exitCode, message } = error as CliError;
    return [exitCode, message];
  }
}

function assertRefused([code, message]: readonly [number, string], expectedCode: number, expected: string): void {
  assert.match(message, expected);
  assert.is(code, expectedCode, message);
}

test('what does not load, or would not load where it is installed, is not built', async () => {
  const broken = packs.pack('broken', 'polices: []');
  assertRefused(await refusalOf(broken), 1, '"polices" is not a key of a pack: did you mean "policies"?');
  const clashing = packs.pack('clashing', "relationships: { belongs_to: 'has' }");
  assertRefused(await refusalOf(clashing), 1, `the relationship "belongs_to" is the kernel's own`);

  const importing = packs.pack('importing', '', "import leven from 'leven';\nimport 'node:fs';\nif (leven === undefined) throw new Error();");
  mkdirSync(join(packs.path, 'node_modules/leven'), { recursive: true });
  cpSync(new URL('../node_modules/leven', import.meta.url), join(packs.path, 'node_modules/leven'), { recursive: true });
  assertRefused(await refusalOf(importing), 1, 'the pack imports leven, which its package.json does not name among its dependencies');
  const said = {
    engines: { node: '>=24' },
    os: ['linux'],
    optionalDependencies: { fsevents: '^2.0.0' },
    peerDependencies: { pg: '^8.0.0' },
    peerDependenciesMeta: { pg: { optional: true } },
  };
  packs.write('importing/package.json', JSON.stringify({ name: 'importing', dependencies: { leven: '^4.0.0', '@summit/sdk': '*' }, ...said }));
  const { out } = await buildPackage(importing, undefined);
  const published = JSON.parse(readFileSync(join(out, 'package.json'), 'utf8'));
  assert.equal(published.dependencies, { leven: '^4.0.0' }, 'the SDK is a peer');
  const { engines, os, optionalDependencies, peerDependencies, peerDependenciesMeta } = published;
  const sdk = { '@summit/sdk': { optional: true } };
  assert.equal(
    { engines, os, optionalDependencies, peerDependencies, peerDependenciesMeta },
    {
      ...said,
      peerDependencies: { ...said.peerDependencies, '@summit/sdk': '^0.1.0' },
      peerDependenciesMeta: { ...said.peerDependenciesMeta, ...sdk },
    },
    'what its author said is kept',
  );
  packs.write('outside.ts', 'export const x = 1;');
  const reaching = packs.pack('reaching', '', "import { x } from '../outside.ts';\nif (x !== 1) throw new Error();");
  assertRefused(await refusalOf(reaching), 1, 'its server part imports ../outside.ts, which is not in the pack: move it there');

  const viewing = packs.pack(
    'viewing',
    "queries: [ask], views: { lists: [{ list: ask, ui: 'ui/view.ts' }] }",
    "const ask = sdk.defineQuery({ id: 'viewing.ask', title: 'Ask', route: { method: 'GET', path: '/viewing' }, query: sdk.Empty, run: async () => ({}) });",
  );
  assertRefused(await refusalOf(viewing), 1, 'does not build:');
  packs.write('viewing/ui/view.ts', "import { x } from '../../outside.ts';\nexport default x;");
  assertRefused(await refusalOf(viewing), 1, 'its views import ../outside.ts, which is not in the pack');
  packs.write('viewing/ui/view.ts', "import { html } from 'htm/preact';\nimport plot from 'uplot';\nexport default [html, plot];");
  assertRefused(await refusalOf(viewing), 1, 'the pack imports uplot, which its package.json does not name');
});

test('policies that were not built from the sources of today are not published', async () => {
  const copy = join(folder, 'stale');
  cpSync(VISITORS, copy, { recursive: true });
  const rego = join(copy, 'policies/visitors/admission/admission.rego');
  writeFileSync(rego, readFileSync(rego, 'utf8').replace('max_hours := 8', 'max_hours := 80'));
  assertRefused(
    await refusalOf(copy),
    1,
    `run summit policy build ${copy}/policies:\n  - visitors/admission/admission.rego has changed since it was compiled`,
  );
  rmSync(join(copy, 'policies/manifest.json'));
  assertRefused(await refusalOf(copy), 1, `${copy}/policies has no manifest.json: run summit policy build`);
});

test('nothing is overwritten that was not built', async () => {
  write('mine/notes.txt', 'keep me');
  assertRefused(await refusalOf(VISITORS, join(folder, 'mine')), 2, 'holds something else: remove it, or say another folder with --out');
  assert.is(readFileSync(join(folder, 'mine/notes.txt'), 'utf8'), 'keep me');
  assertRefused(await refusalOf(VISITORS, VISITORS), 2, 'is the pack itself, or holds it');
  assertRefused(await refusalOf(VISITORS, join(VISITORS, '..')), 2, 'is the pack itself, or holds it');
  assertRefused(await refusalOf(join(folder, 'nowhere')), 2, 'is not a folder');
  const { code } = await cli(['pack', 'build', VISITORS, '--out', join(folder, 'mine')], {});
  assert.is(code, 2);
});

test.run();
