import { spawnSync } from 'node:child_process';
import { root } from '../support/process.ts';

/** What a command of npm prints as JSON, whatever it exits with: npm audit exits with 1 where it finds something. @throws Error where it is none */
export function npmJson(args: readonly string[]): unknown {
  const { stdout, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`npm ${args.join(' ')} answers no JSON: ${stderr.trim()}`);
  }
}
