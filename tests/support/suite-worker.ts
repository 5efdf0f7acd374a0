import { runSuiteFile } from '../../sdk/testing/suite-file.ts';

/** A process of run-suites.ts: runs one suite after the other, as it is told, and tells which failed. */

process.env.FORCE_COLOR = '1';

process.on('message', async (suite: { name: string; file: string } | 'all done') => {
  if (suite === 'all done') {
    process.disconnect();
    return;
  }
  const passed = await runSuiteFile(suite.name, suite.file);
  // Not before all of it is written, so that it is printed with its suite.
  process.stdout.write('', () => process.send?.({ failed: !passed }));
});
