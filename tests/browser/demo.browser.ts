import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Presenter, stepsIn } from '../support/demo-script.ts';
import { type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';
import { openTerminal, type Terminal } from '../support/terminal.ts';

const test = suite('docs/demo.md');
let switchboard: TestSwitchboard;
let terminal: Terminal;

test.before(async () => {
  switchboard = await testSwitchboard();
  const { summit, config } = switchboard.s;
  terminal = openTerminal({ URL: summit.url, SUMMIT_DATA_DIR: config.dataDir });
});
test.after(async () => {
  await terminal?.close();
  await switchboard?.close();
});

test('each click and each command of it does what it says, in this order', async () => {
  const { s, browser } = switchboard;
  const presenter = new Presenter(browser, s.summit.url);
  let verified = 0;
  for (const step of stepsIn('docs/demo.md')) {
    if (step.kind === 'click') {
      await presenter.follow(step.line).catch((error: Error) => {
        throw new Error(`${step.line}\n${error.message}`);
      });
      continue;
    }
    const { code, stdout, stderr } = await terminal.run(step.script);
    assert.is(code, 0, `${step.script}\n${stdout}\n${stderr}`);
    verified += stdout.match(/^Verified\.$/gm)?.length ?? 0;
    if (step.script.includes('forged')) assert.match(stdout, /refused, as it should be/);
  }
  await presenter.leave();
  assert.is(verified, 3);
});

test.run();
