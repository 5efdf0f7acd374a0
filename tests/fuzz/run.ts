import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, startServer, tokenOf } from '../support/process.ts';
import { runToItsEnd } from './run-to-its-end.ts';

/**
 * `npm run fuzz`: every route of /openapi.json is asked what its schemas allow and what they do not, by schemathesis, as several
 * people. It ends with 1 where an answer is an error of ours or none that the document promises. A run is repeated by its seed.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    seconds: { type: 'string', default: '45' },
    as: { type: 'string', multiple: true, default: ['operator', 'engineer'] },
  },
});

/** A stream has no end that could be waited for. */
const ENDLESS = '/events';
/** It would end the session, or the person, that all else is asked with. */
const ENDS_WHO_ASKS = ['/sign-out'];

const work = mkdtempSync(join(tmpdir(), 'summit-fuzz-'));
const env = {
  SUMMIT_DATA_DIR: join(work, 'data'),
  SUMMIT_SEED: 'on',
  SUMMIT_CONFIG: behindProxy(work),
  PYTHONPATH: join(root, 'config/fuzz'),
  SCHEMATHESIS_HOOKS: 'hooks',
};
let failed = false;
try {
  const schemathesis = await installed(work);
  const server = await startServer(env);
  try {
    for (const handle of values.as) {
      process.stdout.write(`\nas ${handle}: npm run fuzz -- --seed ${values.seed} --as ${handle}\n`);
      const code = await runToItsEnd(
        schemathesis,
        [
          ...['--config-file', join(root, 'config/fuzz/schemathesis.toml'), 'run', `${server.url}/openapi.json`],
          ...['--header', `Authorization: Bearer ${await tokenOf(handle, env)}`, '--seed', values.seed, '--max-time', values.seconds],
          ...[ENDLESS, ...ENDS_WHO_ASKS].flatMap((path) => ['--exclude-path', path]),
        ],
        env,
      );
      failed ||= code !== 0;
    }
  } finally {
    await server.stop('SIGTERM');
  }
} finally {
  rmSync(work, { recursive: true });
}
process.exitCode = failed ? 1 : 0;

/** The configuration of development, which believes what is said of addresses here. @returns its path */
function behindProxy(folder: string): string {
  const text = readFileSync(join(root, 'config/summit.json'), 'utf8')
    .replaceAll('"../', `"${root}`)
    .replace('"./tenants"', `"${root}config/tenants"`);
  const config = JSON.parse(text);
  const path = join(folder, 'summit.json');
  writeFileSync(path, JSON.stringify({ ...config, http: { ...config.http, trusted_proxies: ['127.0.0.0/8'] } }));
  return path;
}

/** The schemathesis that SCHEMATHESIS names, or one that is installed for this run. */
async function installed(folder: string): Promise<string> {
  const given = process.env.SCHEMATHESIS;
  if (given !== undefined) return given;
  const venv = join(folder, 'venv');
  const bin = (name: string) => join(venv, 'bin', name);
  const requirements = join(root, 'config/fuzz/requirements.txt');
  for (const [command, args] of [
    ['python3', ['-m', 'venv', venv]],
    [bin('pip'), ['install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', requirements]],
  ] as const) {
    const code = await runToItsEnd(command, args);
    if (code !== 0) throw new Error(`${command} ended with ${code}: schemathesis cannot be installed. It needs Python 3.11 with venv`);
  }
  if (!existsSync(bin('schemathesis'))) throw new Error(`${requirements} installs no schemathesis`);
  return bin('schemathesis');
}
