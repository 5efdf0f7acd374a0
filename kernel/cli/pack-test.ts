import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { testPolicies } from './policy.ts';

const RUNNER = join(import.meta.dirname, 'pack-test-runner.ts');

/** `summit pack test`: what a pack's author runs, with nothing installed beside the pack. */
export function addPackTestCommand(pack: Command): void {
  pack
    .command('test')
    .argument('[dir]', "the pack's folder; without it, this one")
    .description("run a pack's tests: tests/**/*.test.ts, and those of its policies")
    .addHelpText('after', '\nThe tests import @summit/sdk/testing and uvu from this Summit.\n\nExample:\n  summit pack test packs/acme-vendor-risk')
    .action(async (dir = '.') => {
      const folder = packFolder(dir);
      const files = globSync('tests/**/*.test.{ts,js}', { cwd: folder, exclude: (name) => name === 'node_modules' }).sort();
      const policies = join(folder, 'policies');
      const hasPolicies = existsSync(join(policies, 'manifest.json'));
      if (files.length === 0 && !hasPolicies) throw new CliError(2, `${folder} has no tests: ${BEGIN}`);
      const sound = !hasPolicies || (await testPolicies([policies]));
      const passed = files.length === 0 || (await run(folder, files));
      if (!sound || !passed) process.exitCode = 1;
    });
}

const BEGIN = "write tests/conformance.test.ts with conforms(new URL('..', import.meta.url)) of @summit/sdk/testing";

/** @throws CliError where there is no pack */
function packFolder(dir: string): string {
  const folder = resolve(dir);
  if (['manifest.ts', 'manifest.js'].some((name) => existsSync(join(folder, name)))) return folder;
  throw new CliError(2, `${folder} is no pack: it has no manifest.ts`);
}

/** In a process of its own, whose end is the end of whatever a test has left running. @returns whether all passed */
async function run(folder: string, files: readonly string[]): Promise<boolean> {
  const env = { ...process.env, FORCE_COLOR: process.env.FORCE_COLOR ?? (process.stdout.isTTY ? '1' : '0') };
  const child = spawn(process.execPath, [RUNNER, folder, ...files], { stdio: 'inherit', env });
  const [code] = await once(child, 'close');
  return code === 0;
}
