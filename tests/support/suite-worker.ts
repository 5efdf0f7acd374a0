import { runSuiteFile } from '../../sdk/testing/suite-file.ts';

/** A process of run-suites.ts: runs one suite after the other, as it is told, and tells which failed. */

process.env.FORCE_COLOR = '1';

const LEFT_OPEN_MS = 10_000;

process.on('message', async (suite: { name: string; file: string } | 'all done') => {
  if (suite === 'all done') {
    process.disconnect();
    setTimeout(endAnyway, LEFT_OPEN_MS).unref();
    return;
  }
  const passed = await runSuiteFile(suite.name, suite.file);
  // Not before all of it is written, so that it is printed with its suite.
  process.stdout.write('', () => process.send?.({ failed: !passed }));
});

/** A suite that did not close what it opened would hold the process, and with it the whole run. It is said, and fails nothing: that a server ends is tested where it is the matter. */
function endAnyway(): void {
  process.stderr.write(`left open by these suites: ${process.getActiveResourcesInfo().join(', ')}\n`, () => process.exit());
}
