import { fork } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM } from './support/chromium.ts';

const folder = import.meta.dirname;
const worker = join(folder, 'support/suite-worker.ts');
const OUTLIVED_MS = 10_000;

/** What takes longer hangs: the slowest suite takes a quarter of it, on a busy machine. */
const LIMIT_MS = 240_000;

const PROCESSES = Math.min(availableParallelism(), 4);

/** Suites on the database that is named. On PostgreSQL the others would only do again what they do without. */
const ON_DATABASE = /\b(testSummit|freshDatabase|testPack|replicated)\(/;

/** What these are about no database has a part in. */
const SAME_ON_ANY = /^(testkit|seed|configuration|switchboard|finops-plans|policy-bundles|skus)\.test\.ts$/;

/** With a browser the same on any database; where there is none, that is said. */
const inBrowser = process.env.DATABASE_URL ? [] : globSync('browser/*.browser.ts', { cwd: folder });
const hasBrowser = existsSync(CHROMIUM);

/** What only several processes on one database can show. */
const ofReplicas = process.env.DATABASE_URL ? globSync('replicas/*.replicas.ts', { cwd: folder }) : [];

/** Those of packs that lie elsewhere, as their authors run them. */
const ofPacks = process.env.DATABASE_URL ? [] : globSync(['../docs/examples/*/tests/*.test.ts', '../sdk/template/tests/*.test.ts'], { cwd: folder });

/** A line that puts a whole pack through what every pack must hold takes as long as a file of so many characters. */
const CONFORMING = 20_000;

/** The longest files first, as a file's length says about how long it takes: then no process is left with a long one at the end. */
const waiting = [...globSync('**/*.test.ts', { cwd: folder }), ...ofReplicas, ...ofPacks, ...(hasBrowser ? inBrowser : [])]
  .filter(isAskedFor)
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
  .filter(({ name, text }) => !process.env.DATABASE_URL || (ON_DATABASE.test(text) && !SAME_ON_ANY.test(name)))
  .toSorted((a, b) => weightOf(b.text) - weightOf(a.text))
  .map(({ name }) => name);

/** Arguments name suites, such as `live` or `replicas/jobs`; without any it is all of them. */
function isAskedFor(name: string): boolean {
  const asked = process.argv.slice(2);
  return asked.length === 0 || asked.includes(name.replace(/\.(test|replicas)\.ts$/, ''));
}

function weightOf(text: string): number {
  return text.length + CONFORMING * [...text.matchAll(/^conforms\(/gm)].length;
}

/** Takes one suite after the other, and prints what each printed when it is done. @returns whether all passed */
async function runSuites(): Promise<boolean> {
  const child = fork(worker, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const printed: Buffer[] = [];
  let passed = true;
  let name: string | undefined;
  let limit: NodeJS.Timeout | undefined;
  let hangs = false;
  const print = () => process.stdout.write(Buffer.concat(printed.splice(0)));
  const next = () => {
    name = waiting.shift();
    clearTimeout(limit);
    limit = setTimeout(() => {
      hangs = true;
      child.kill('SIGKILL');
    }, LIMIT_MS);
    child.send(name === undefined ? 'all done' : { name, file: join(folder, name) });
  };
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => printed.push(chunk));
  child.on('message', ({ failed }: { failed: boolean }) => {
    passed &&= !failed;
    // What it printed has come in by then.
    setImmediate(print);
    next();
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject).on('close', resolve);
  // What a suite has started, and not ended, may hold on to its output for ever: then it is not waited for.
  const letGo = () => [child.stdout, child.stderr].map((stream) => stream?.destroy());
  child.on('exit', () => setTimeout(letGo, OUTLIVED_MS).unref());
  next();
  const code = await promise;
  clearTimeout(limit);
  print();
  if (name !== undefined) console.error(`\n${name}: ${hangs ? `not finished after ${LIMIT_MS / 1000} s` : 'its process ended before it did'}`);
  else if (code !== 0) console.error(`\na process ended with ${child.signalCode ?? code} when its suites had`);
  return passed && code === 0 && name === undefined;
}

const passed = await Promise.all(Array.from({ length: PROCESSES }, runSuites));
process.exitCode = passed.every(Boolean) && waiting.length === 0 ? 0 : 1;
if (waiting.length > 0) console.error(`\nnot run, as no process was left to run them: ${waiting.join(', ')}`);
if (inBrowser.length > 0 && !hasBrowser) {
  console.error(`\n!!! NOT RUN: ${inBrowser.join(', ')}: there is no browser at ${CHROMIUM}. Install Chromium, or name it in the variable CHROMIUM.`);
}
