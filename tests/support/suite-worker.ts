import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

/** A process of run-suites.ts: runs one suite after the other, as it is told, and tells which failed. */

declare global {
  // How uvu finds its suites.
  var UVU_DEFER: number;
  var UVU_QUEUE: unknown[][];
}

globalThis.UVU_DEFER = 1;
process.env.FORCE_COLOR = '1';
const { exec } = await import('uvu');

process.on('message', async (suite: { name: string; file: string } | 'all done') => {
  if (suite === 'all done') {
    process.disconnect();
    return;
  }
  const failed = await run(suite);
  // Not before all of it is written, so that it is printed with its suite.
  process.stdout.write('', () => process.send?.({ failed }));
});

async function run({ name, file }: { name: string; file: string }): Promise<boolean> {
  globalThis.UVU_QUEUE.splice(0, Number.POSITIVE_INFINITY, [name]);
  process.exitCode = 0;
  try {
    await import(pathToFileURL(file).href);
    await exec();
  } catch (error) {
    process.stderr.write(`${name}: ${inspect(error)}\n`);
    return true;
  }
  return process.exitCode !== 0;
}
