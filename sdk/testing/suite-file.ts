import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

declare global {
  // How uvu is told that its suites are run by somebody else, and where it puts them: of each file its name, then its suites.
  var UVU_DEFER: number;
  var UVU_QUEUE: [name: string, ...suites: Suite[]][];
}

/** What was wrong, in words, or true; then how many passed, were skipped, and are there. */
type Outcome = readonly [wrong: string | true, passed: number, skipped: number, total: number];
type Suite = () => Promise<Outcome>;

globalThis.UVU_DEFER = 1;
const { exec } = await import('uvu');

/**
 * Runs the suites of a file and prints what became of them. uvu calls a suite good that has lost its way: where a hook throws, or what
 * it cannot print, it goes on without the tests that are left. Here that is a failure. @returns whether all passed
 */
export async function runSuiteFile(name: string, file: string): Promise<boolean> {
  globalThis.UVU_QUEUE.splice(0, Number.POSITIVE_INFINITY, [name]);
  process.exitCode = 0;
  let whole = true;
  const watched = (suite: Suite) => async (): Promise<Outcome> => {
    const outcome = await suite();
    const [wrong, passed, , total] = outcome;
    if (wrong !== true || passed === total) return outcome;
    whole = false;
    return [`  FAIL  ${passed} of ${total} tests passed: a hook threw, or what uvu cannot print, such as a Problem\n`, ...rest(outcome)];
  };
  try {
    await import(pathToFileURL(file).href);
    if (globalThis.UVU_QUEUE.every(([, ...suites]) => suites.length === 0)) {
      process.stderr.write(`${name}: no suite was run: does it end with test.run()?\n`);
      return false;
    }
    globalThis.UVU_QUEUE = globalThis.UVU_QUEUE.map(([of, ...suites]) => [of, ...suites.map(watched)]);
    await exec();
  } catch (error) {
    process.stderr.write(`${name}: ${inspect(error)}\n`);
    return false;
  }
  return whole && process.exitCode === 0;
}

function rest([, ...counts]: Outcome) {
  return counts;
}
