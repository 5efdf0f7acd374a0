import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageSdk } from '../sdk/build/package.ts';
import * as sdk from '../sdk/index.ts';

const test = suite('The SDK as a package');

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'summit-sdk-'));
const installed = join(folder, 'node_modules/@summit/sdk');

test.before(() => {
  packageSdk(installed);
  // Installed with what it declares, and with nothing else.
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

function run(code: string): string {
  writeFileSync(join(folder, 'run.js'), code);
  return execFileSync(process.execPath, ['run.js'], { cwd: folder, encoding: 'utf8' });
}

test('installed beside its dependencies, it offers what its sources do', () => {
  const names = JSON.parse(run("import * as sdk from '@summit/sdk'; console.log(JSON.stringify(Object.keys(sdk)));"));
  assert.equal(names, Object.keys(sdk));
  for (const entry of ['rating', 'verify']) assert.is(run(`import '@summit/sdk/${entry}'; console.log('loaded');`), 'loaded\n');
});

test('it is of the versions that Summit itself is', () => {
  const said = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as { version: string; dependencies: Record<string, string> };
  const [sdkSays, summitSays] = [said('sdk/package.json'), said('package.json')];
  assert.is(sdkSays.version, summitSays.version);
  assert.equal(sdkSays.dependencies, Object.fromEntries(Object.keys(sdkSays.dependencies).map((name) => [name, summitSays.dependencies[name]])));
});

test('whatever it says it exports is there', () => {
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    exports: Record<string, string | Record<string, string>>;
  };
  const named = Object.values(exports).flatMap((file) => (typeof file === 'string' ? [file] : Object.values(file)));
  assert.equal(
    named.filter((file) => !existsSync(join(installed, file))),
    [],
  );
});

test('it is JavaScript and declarations, and has nothing of the kernel', () => {
  const files = globSync('**/*', { cwd: installed });
  assert.equal(
    files.filter((file) => /\.ts$/.test(file) && !/\.d\.ts$/.test(file)),
    [],
  );
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    assert.not.match(readFileSync(join(installed, file), 'utf8'), /(from|import\() ?'[./]*\/(kernel|packs|ui-shell)\//, file);
  }
});

test('a pack is checked against its declarations alone', () => {
  const pack = (version: string) => `
    import { definePack, field, governed } from '@summit/sdk';
    import { html } from '@summit/sdk/ui';
    import { ratePlan } from '@summit/sdk/rating';
    const Vendor = governed({ type: 'vendors.vendor', table: 'vendors', fields: { name: field.text() }, transitions: { active: [] } });
    export default definePack({ id: 'vendors', title: 'Vendors', version: ${version}, summit: '^0.1.0', entities: [Vendor] });
    export const used = [html, ratePlan];`;
  const errorsIn = (source: string) => {
    writeFileSync(join(folder, 'manifest.ts'), source);
    const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2025', '--skipLibCheck'];
    return spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options, 'manifest.ts'], { cwd: folder, encoding: 'utf8' })
      .stdout;
  };
  assert.is(errorsIn(pack("'1.0.0'")), '');
  assert.match(errorsIn(pack('1')), /manifest\.ts.*Type 'number' is not assignable to type 'string'/s);
});

test.run();
