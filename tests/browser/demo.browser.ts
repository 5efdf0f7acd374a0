import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Presenter, stepsIn } from '../support/demo-script.ts';
import { shell } from '../support/process.ts';
import { type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';

const test = suite('docs/demo.md');
let switchboard: TestSwitchboard;

test.before(async () => {
  switchboard = await testSwitchboard();
});
test.after(() => switchboard?.close());

test('each click and each command of it does what it says, in this order', async () => {
  const { s, browser } = switchboard;
  const env = { URL: s.summit.url, SUMMIT_DATA_DIR: s.config.dataDir };
  const presenter = new Presenter(browser, s.summit.url);
  let sofar = 'set -euo pipefail\n';
  let verified = 0;
  for (const step of stepsIn('docs/demo.md')) {
    if (step.kind === 'click') {
      await presenter.follow(step.line).catch((error: Error) => {
        throw new Error(`${step.line}\n${error.message}`);
      });
      continue;
    }
    // What an earlier block has set is there in the later ones, as in one terminal.
    const { code, stdout, stderr } = await shell(`${sofar}echo '>>>'\n${step.script}`, env);
    assert.is(code, 0, `${step.script}\n${stdout}\n${stderr}`);
    sofar += `{ ${step.script} } >/dev/null 2>&1\n`;
    verified += (stdout.split('>>>')[1] ?? '').match(/^Verified\.$/gm)?.length ?? 0;
    if (step.script.includes('forged')) assert.match(stdout, /refused, as it should be/);
  }
  await presenter.leave();
  assert.is(verified, 3);
});

test.run();
