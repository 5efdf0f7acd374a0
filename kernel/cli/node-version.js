// Plain JavaScript, so that any Node can read it. Run by itself it is the guard of the npm scripts.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The first version that runs TypeScript by itself without a word about it. */
const MINIMUM = 24;
const root = new URL('../../', import.meta.url);

export function isRecent(version) {
  return Number(/^v?(\d+)/.exec(version)?.[1]) >= MINIMUM;
}

/** The Node that npm installed beside Summit, where it has one for this system; null otherwise. */
export function findNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const folder = new URL(`node_modules/node-${system}-${process.arch}/`, root);
  if (!existsSync(new URL('package.json', folder))) return null;
  const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
  return isRecent(version) ? fileURLToPath(new URL(system === 'win' ? 'bin/node.exe' : 'bin/node', folder)) : null;
}

export function tooOld() {
  process.stderr.write(
    `Summit needs Node ${MINIMUM} or later, and this is ${process.version}. Where npm has no such Node for your system, install one.\n`,
  );
  process.exit(3);
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !isRecent(process.version)) tooOld();
