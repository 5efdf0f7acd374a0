import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createLog } from '../kernel/log.ts';
import { PackRegistry } from '../kernel/packs/registry.ts';
import { bundle } from '../kernel/switchboard/bundle.ts';
import { Switchboard } from '../kernel/switchboard/switchboard.ts';
import highRiskOps from '../packs/high-risk-ops/manifest.ts';
import { type TestSummit, testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('The Switchboard and what it is made from');
let s: TestSummit;
let folder: string;

test.before(async () => {
  s = await testSummit(withProbe);
  folder = mkdtempSync(join(tmpdir(), 'summit-views-'));
});
test.after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await s?.close();
});

async function page(path = '/'): Promise<string> {
  const { status, body, headers } = await s.send('GET', path);
  assert.is(status, 200, path);
  assert.match(headers.get('content-type') ?? '', /^text\/html/);
  assert.is(headers.get('cache-control'), 'no-cache');
  return body;
}

function assetsIn(html: string): readonly string[] {
  return [...new Set([...html.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? ''))];
}

interface Listed {
  readonly id: string;
  readonly path: string;
  readonly detail: string | null;
  readonly entity: string | null;
  readonly evidence: string | null;
  readonly item: { readonly properties: object } | null;
  readonly creating: readonly { readonly id: string; readonly versioned: boolean; readonly input: { readonly required: readonly string[] } }[];
  readonly changing: readonly { readonly id: string; readonly versioned: boolean; readonly judged: boolean; readonly path: string }[];
}

async function listsFor(handle: string): Promise<readonly Listed[]> {
  const { status, body } = await s.get(handle, '/switchboard');
  assert.is(status, 200, JSON.stringify(body));
  return body.packs.flatMap(({ lists }: { lists: Listed[] }) => lists);
}

test('its page needs no token, at any address that a person may have been sent', async () => {
  const first = await page();
  assert.is(await page('/w/high-risk-ops/requests?status=pending&tenant=demo-external'), first);
  assert.is(await page('/w/nobody/knows/this'), first);
});

test('its page runs nothing but the files that it names, under a policy that lets nothing else in', async () => {
  const { headers, body } = await s.send('GET', '/');
  assert.is(
    headers.get('content-security-policy'),
    "default-src 'none';script-src 'self';style-src 'self';connect-src 'self';img-src 'self' data:;base-uri 'none';form-action 'self';frame-ancestors 'none'",
  );
  assert.not.match(body, /<script(?![^>]* src=)|<style| style=| on[a-z]+=/);
});

test('its files never change under a name, are compressed, and are the same however they are sent', async () => {
  for (const path of assetsIn(await page())) {
    assert.match(path, /-[A-Z0-9]{8}\.(js|css|svg)$/);
    const raw = await fetch(s.summit.url + path, { headers: { 'accept-encoding': 'identity' } });
    assert.is(raw.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.match(raw.headers.get('vary') ?? '', /Accept-Encoding/i);
    const text = await raw.text();
    assert.is(raw.headers.get('content-encoding'), null);
    for (const [encoding, unpack] of [['br', brotliDecompressSync] as const, ['gzip', gunzipSync] as const]) {
      const { services } = s.summit;
      const asset = (await services.switchboard.bundle()).assets.get(path);
      assert.is(unpack(encoding === 'br' ? (asset?.brotli ?? '') : (asset?.gzip ?? '')).toString(), text);
      const packed = await fetch(s.summit.url + path, { headers: { 'accept-encoding': encoding } });
      assert.is(packed.headers.get('content-encoding'), encoding);
      assert.is(await packed.text(), text);
    }
  }
});

test('only the thread that replays policies may compile them', async () => {
  const html = await page();
  const verifier = /data-verifier="([^"]+)"/.exec(html)?.[1] ?? '';
  for (const path of assetsIn(html)) {
    const policy = (await fetch(s.summit.url + path)).headers.get('content-security-policy') ?? '';
    assert.is(policy.includes('wasm-unsafe-eval'), path === verifier, path);
  }
});

test('a file that is not there is nothing, not the page', async () => {
  assert.is((await s.get('auditor', '/assets/shell-00000000.js')).status, 404);
  assert.is((await s.send('GET', '/assets/..%2f..%2fpackage.json')).status, 401);
});

test('the first page is small', async () => {
  const { assets, script, preload, style } = await s.summit.services.switchboard.bundle();
  const bytes = [script, ...preload].reduce((sum, path) => sum + (assets.get(path)?.gzip.length ?? Number.NaN), 0);
  assert.ok(bytes < 60_000, `${bytes} bytes of script`);
  assert.ok((assets.get(style)?.gzip.length ?? Number.NaN) < 15_000);
});

test('a pack that says nothing of views has its lists, its records and its forms all the same', async () => {
  const probes = (await listsFor('engineer')).find(({ path }) => path === '/probes');
  assert.is(probes?.detail, '/probes/:id');
  assert.is(probes?.entity, 'probe.probe');
  assert.equal(
    probes?.creating.map(({ id }) => id),
    ['probe.create'],
  );
  assert.ok(probes?.changing.some(({ id, path, versioned }) => id === 'probe.close' && path === '/probes/:id/close' && versioned));
});

test('a list knows its record, its forms, its actions and what proves it', async () => {
  const requests = (await listsFor('engineer')).find(({ path }) => path === '/high-risk-ops/requests');
  assert.is(requests?.detail, '/high-risk-ops/requests/:id');
  assert.is(requests?.evidence, '/evidence/high-risk-ops/:id');
  assert.ok(requests?.item && 'justification' in requests.item.properties);
  const [create] = requests?.creating ?? [];
  assert.equal([create?.id, create?.versioned], ['high-risk-ops.request.create', false]);
  assert.ok(create?.input.required.includes('justification'));
  const verbs = requests?.changing.map(({ id }) => id.split('.').at(-1)).sort();
  assert.equal(verbs, ['approve', 'cancel', 'execute', 'reject', 'revoke']);
  assert.equal(
    requests?.changing.filter(({ judged }) => judged).map(({ id }) => id),
    // Approving is judged where the tenant asks for a fresh sign-in.
    ['high-risk-ops.request.approve', 'high-risk-ops.request.execute'],
  );
});

test('an item that has no id of its own is found by the names in its path', async () => {
  const invoices = (await listsFor('finance')).find(({ path }) => path === '/billing/invoices');
  assert.is(invoices?.detail, '/billing/invoices/:tenant_id/:period');
  assert.ok(invoices?.changing.some(({ path }) => path === '/billing/invoices/:tenant_id/:period/finalize'));
  assert.is(invoices?.evidence, '/evidence/billing/:tenant_id/:period');
});

test('nobody is shown what their role may not read, or what is not enabled', async () => {
  assert.ok((await listsFor('finance')).some(({ path }) => path === '/billing/invoices'));
  assert.not((await listsFor('engineer')).some(({ path }) => path === '/billing/invoices'));
  await s.put('operator', '/tenants/demo-external/packs/probe', { enabled: false });
  assert.not((await listsFor('engineer')).some(({ path }) => path === '/probes'));
  await s.put('operator', '/tenants/demo-external/packs/probe', { enabled: true });
  assert.ok((await listsFor('engineer')).some(({ path }) => path === '/probes'));
});

test('the commands of a pack are for whom they are of use to', async () => {
  const commandsFor = async (handle: string) => {
    const { body } = await s.get(handle, '/switchboard');
    return body.packs.flatMap(({ commands }: { commands: { title: string }[] }) => commands.map(({ title }) => title));
  };
  const waiting = 'Show requests that wait for approval';
  assert.ok((await commandsFor('team-lead')).includes(waiting));
  assert.not((await commandsFor('engineer')).includes(waiting));
  assert.ok((await commandsFor('engineer')).includes('Show who has access now'));
});

test('who asks is named, with their tenant', async () => {
  const { body } = await s.get('ae', '/switchboard');
  assert.equal([body.tenant.id, body.tenant.time_zone, body.user.handle, body.user.roles], ['demo-external', 'UTC', 'ae', ['ae']]);
  assert.is((await s.send('GET', '/switchboard')).status, 401);
});

/** A pack's folder with one browser module. */
function moduleOf(pack: string, source: string) {
  mkdirSync(join(folder, pack, 'ui'), { recursive: true });
  const file = join(folder, pack, 'ui/view.ts');
  writeFileSync(file, source);
  return { pack, folder: join(folder, pack), module: 'ui/view.ts', file };
}

test('a module that does not build takes nothing else along, and says where it is wrong', async () => {
  const sound = moduleOf('sound', `import { html } from 'htm/preact';\nexport default { name: () => html\`<b>sound</b>\` };`);
  const broken = moduleOf('broken', 'export default {');
  const lost = moduleOf('lost', `import './nowhere.ts';`);
  const { modules, failed, assets } = await bundle([broken, sound, lost], []);
  assert.equal([...modules.keys()], ['sound/ui/view.ts']);
  assert.ok(assets.has(modules.get('sound/ui/view.ts') ?? ''));
  assert.equal(failed.map(({ pack }) => pack).sort(), ['broken', 'lost']);
  assert.match(failed.find(({ pack }) => pack === 'lost')?.reason ?? '', /view\.ts:1: Could not resolve ".\/nowhere.ts"/);
});

test('a pack that lies under a folder named ui is not blamed for another', async () => {
  const innocent = moduleOf('ui/innocent', 'export default {};');
  const broken = moduleOf('ui/guilty', 'export default {');
  const { modules, failed } = await bundle([innocent, broken], []);
  assert.equal([[...modules.keys()], failed.map(({ pack }) => pack)], [['ui/innocent/ui/view.ts'], ['ui/guilty']]);
});

test('what a pack imports from elsewhere, or names so that nothing is built from it, takes nothing else along', async () => {
  const sound = moduleOf('fine', 'export default {};');
  const importing = moduleOf('importing', "import 'unbuildable';\nexport default {};");
  const beside = join(folder, 'node_modules/unbuildable');
  mkdirSync(beside, { recursive: true });
  writeFileSync(join(beside, 'index.js'), "import 'node:fs/promises';\nimport './nowhere.js';");
  const typed = moduleOf('both', 'export default {};');
  writeFileSync(join(folder, 'both/ui/view.js'), 'export default {};');
  const plain = { ...typed, module: 'ui/view.js', file: join(folder, 'both/ui/view.js') };
  const linked = { ...moduleOf('linked', 'export default {};'), file: join(folder, 'linked/ui/link.ts') };
  symlinkSync(join(folder, 'linked/ui/view.ts'), linked.file);
  const { modules, failed } = await bundle([importing, sound, typed, plain, linked], []);
  assert.equal([...modules.keys()], ['fine/ui/view.ts']);
  const reasons = new Map(failed.map(({ pack, reason }) => [pack, reason]));
  assert.equal([...reasons.keys()].sort(), ['both', 'importing', 'linked']);
  assert.match(reasons.get('importing') ?? '', /unbuildable\/index\.js:2: Could not resolve "\.\/nowhere\.js"/);
  assert.match(reasons.get('both') ?? '', 'a module of the same name');
  assert.match(reasons.get('linked') ?? '', 'is it a link');
});

test('no transaction is held while what takes a build to know is found out', async () => {
  const { switchboard, database } = s.summit.services;
  const { urlOf } = switchboard;
  const { transaction } = database;
  const within = new AsyncLocalStorage<true>();
  const asked: (true | undefined)[] = [];
  switchboard.urlOf = async () => {
    asked.push(within.getStore());
    return null;
  };
  database.transaction = (...of) => within.run(true, () => transaction(...of));
  try {
    assert.is((await s.get('auditor', '/switchboard')).status, 200);
  } finally {
    switchboard.urlOf = urlOf;
    database.transaction = transaction;
  }
  assert.equal(new Set(asked), new Set([undefined]));
});

test('a build that failed is not begun anew for each who asks', async () => {
  const faulty = { ...highRiskOps, views: { workspace: { icon: 'there-is-no-such-icon' } } };
  const packs = new PackRegistry([faulty], [], new Map([[faulty.id, folder]]));
  const switchboard = new Switchboard({ packs, log: createLog('silent') });
  const failed = await Promise.allSettled([switchboard.bundle()]);
  assert.is(failed[0]?.status, 'rejected');
  const again = switchboard.bundle();
  assert.is(again, switchboard.bundle());
  const [first, second] = await Promise.allSettled([again, switchboard.bundle()]);
  const reasons = [failed[0], first, second].map((result) => (result?.status === 'rejected' ? result.reason : null));
  assert.is(new Set(reasons).size, 1, 'it is the failure of one build');
});

test('packs share the shell’s copy of Preact', async () => {
  const view = moduleOf('sharing', `import { html } from 'htm/preact';\nexport default { name: () => html\`<b>shared</b>\` };`);
  const { modules, assets } = await bundle([view], []);
  const text = Buffer.from(assets.get(modules.get('sharing/ui/view.ts') ?? '')?.bytes ?? []).toString();
  assert.ok(text.length < 500, `${text.length} bytes: ${text.slice(0, 200)}`);
  assert.match(text, /from"\.\.\/\.\.\/chunk-/);
});

test('a pack from elsewhere shares them too, whatever is installed beside it, in TypeScript and in JavaScript', async () => {
  const beside = join(folder, 'node_modules');
  const installed = (name: string, files: Readonly<Record<string, string>>) => {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(join(beside, name, file, '..'), { recursive: true });
      writeFileSync(join(beside, name, file), content);
    }
  };
  const second = 'export const html = "a second copy"; export const useState = "a second copy"; export const ratePlan = html, signal = html;';
  const manifest = (exports: object) => JSON.stringify({ type: 'module', exports });
  installed('preact', { 'package.json': manifest({ '.': './index.js', './hooks': './index.js' }), 'index.js': second });
  installed('@preact/signals', { 'package.json': manifest({ '.': './index.js' }), 'index.js': second });
  installed('@summit/sdk', { 'package.json': manifest({ './ui': './index.js', './rating': './index.js' }), 'index.js': second });
  const imports = `import { html } from '@summit/sdk/ui';\nimport { ratePlan } from '@summit/sdk/rating';\nimport { signal } from '@preact/signals';
    import { useState } from 'preact/hooks';\nexport default { name: () => [html, ratePlan, signal, useState] };`;
  const typed = moduleOf('typed', `type Name = string;\n${imports}\nexport const name: Name = 'typed';`);
  installed('acme', { 'package.json': manifest({}), 'ui/view.ts': imports, 'ui/view.js': imports });
  const inPackage = (pack: string, module: string) => ({ pack, folder: join(beside, 'acme'), module, file: join(beside, 'acme', module) });
  const unknown = moduleOf('unknown', `import { html } from '@summit/sdk/kit';\nexport default html;`);
  const { modules, assets, failed } = await bundle([typed, inPackage('ts', 'ui/view.ts'), inPackage('js', 'ui/view.js'), unknown], []);
  assert.equal(
    failed.map(({ pack }) => pack),
    ['unknown'],
  );
  assert.match(failed[0]?.reason ?? '', '@summit/sdk/kit');
  assert.equal([...modules.keys()], ['typed/ui/view.ts', 'ts/ui/view.ts', 'js/ui/view.js']);
  // What several import is in a file that they share.
  for (const [path, { bytes }] of assets) assert.not.match(Buffer.from(bytes).toString(), 'a second copy', path);
});

test.run();
