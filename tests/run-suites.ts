import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const folder = import.meta.dirname;
const uvu = join(folder, '../node_modules/uvu/bin.js');
const MOST_PROCESSES = 4;

/** Suites that start a Summit. On PostgreSQL the others would only do again what they do without. */
const STARTS_SUMMIT = /support\/(summit|process)\.ts'/;

/** Suites for each process: the longest file goes to whoever has the least so far, as a file's length says about how long it takes. */
function shares(): readonly (readonly string[])[] {
  const suites = globSync('**/*.test.ts', { cwd: folder })
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
    .filter(({ text }) => !process.env.DATABASE_URL || STARTS_SUMMIT.test(text))
    .map(({ path, text }) => ({ path, size: text.length }));
  const shared = Array.from({ length: Math.min(availableParallelism(), MOST_PROCESSES) }, () => ({ paths: [] as string[], size: 0 }));
  for (const { path, size } of suites.toSorted((a, b) => b.size - a.size)) {
    const least = shared.reduce((a, b) => (b.size < a.size ? b : a));
    least.paths.push(path);
    least.size += size;
  }
  return shared.map(({ paths }) => paths.toSorted());
}

/** What the first prints is seen at once, and what the others print when they are done. @returns the exit code */
async function run(paths: readonly string[], isFirst: boolean): Promise<number> {
  const pattern = `^(${paths.map((path) => path.replaceAll(/[.\\/]/g, (character) => (character === '.' ? '\\.' : '[\\\\/]'))).join('|')})$`;
  const child = spawn(process.execPath, [uvu, folder, pattern], { stdio: ['ignore', isFirst ? 'inherit' : 'pipe', isFirst ? 'inherit' : 'pipe'] });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => printed.push(chunk));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on('error', reject).on('close', (code) => resolve(code ?? 1));
  const code = await promise;
  process.stdout.write(Buffer.concat(printed));
  return code;
}

const codes = await Promise.all(shares().map((paths, index) => run(paths, index === 0)));
process.exitCode = Math.max(...codes);
