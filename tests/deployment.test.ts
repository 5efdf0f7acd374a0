import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { loadConfig } from '../kernel/config/config.ts';
import { TenantFile } from '../kernel/config/tenant.ts';

const test = suite('Deployment');
const root = new URL('..', import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), 'utf8');

test('docs/deploy.md says what each variable means, and with which of them a file may be named', () => {
  const documented = read('docs/deploy.md');
  const source = read('kernel/config/environment.ts');
  const variables = [...source.matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name = '']) => name);
  assert.ok(variables.length > 10, variables.join());
  // Of demonstrations, of which production has none.
  const missing = variables.filter((name) => name !== 'SUMMIT_SEED' && !documented.includes(`\`${name}\``));
  assert.equal(missing, []);
  const secrets = [...(/SECRETS = \[(.*)\]/.exec(source)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(([, name]) => name);
  assert.equal(
    [...documented.matchAll(/^\| `(\w+)`, `_FILE` \|/gm)].map(([, name]) => name),
    secrets,
  );
});

test('with Compose, the secrets that its script makes and the configuration beside it are what production takes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'summit-compose-'));
  try {
    cpSync(join(root, 'config/deploy/compose'), folder, { recursive: true });
    for (const path of ['config/summit.json', 'config/tenants/example.json']) {
      const text = readFileSync(join(folder, path), 'utf8');
      writeFileSync(join(folder, path), text.replaceAll('/app/', root).replaceAll('/run/secrets/', `${folder}/secrets/`));
    }
    // Root may write what may only be read.
    const somebody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;
    if (somebody) chownSync(folder, somebody.uid, somebody.gid);
    const made = () => {
      const { status, stderr } = spawnSync('sh', [join(folder, 'secrets.sh')], { ...somebody, encoding: 'utf8' });
      assert.is(status, 0, stderr);
      return ['log_secret', 'database_url'].map((name) => readFileSync(join(folder, 'secrets', name), 'hex'));
    };
    assert.equal(made(), made(), 'what is there stays');
    const { services, secrets } = parse(readFileSync(join(folder, 'compose.yaml'), 'utf8'), { merge: true });
    const variables = Object.entries<string>(services.summit.environment).map(([name, value]) => [
      name,
      value.replace('/run/secrets', `${folder}/secrets`),
    ]);
    const config = loadConfig(
      {
        NODE_ENV: 'production',
        SUMMIT_CONFIG: join(folder, 'config/summit.json'),
        SUMMIT_DATA_DIR: join(folder, 'data'),
        ...Object.fromEntries(variables),
      },
      folder,
    );
    assert.equal(
      config.tenants.map(({ id }) => id),
      ['example'],
    );
    assert.match(config.environment.SUMMIT_APP_DATABASE_URL ?? '', /^postgres:\/\/summit_web:[0-9a-f]{48}@database\/summit$/);
    for (const name of [...services.summit.secrets, ...services.database.secrets])
      assert.ok(readFileSync(join(folder, secrets[name].file)).length > 0, name);
    assert.equal([services.summit.read_only, services.summit.command, services.migrate.command], [true, ['start'], ['migrate']]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a tenant may say to the chart what its file may, but for its id and demonstrations', () => {
  const { tenants } = JSON.parse(read('config/deploy/helm/summit/values.schema.json')).properties;
  const keysOf = ({ properties }: { readonly properties: object }, ...but: readonly string[]) =>
    Object.keys(properties)
      .filter((key) => !but.includes(key))
      .toSorted();
  const { users, packs } = tenants.additionalProperties.properties;
  assert.equal(keysOf(tenants.additionalProperties), keysOf(TenantFile, 'id', 'demo'));
  assert.equal(keysOf(users.items), keysOf(TenantFile.properties.users.items));
  assert.equal(keysOf(packs.additionalProperties), ['enabled', 'settings']);
});

test.run();
