import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** SIGKILL for a process and its children, which need not be of its group. Resolves when it is gone; of its children at most the last breath is left. */
export async function killWithChildren(child: ChildProcess): Promise<void> {
  const children = child.pid === undefined ? [] : childrenOf(child.pid);
  child.kill('SIGKILL');
  for (const pid of children) kill(pid);
  await gone(child);
}

/** Whatever ends this process, but SIGKILL, ends the child too. */
export function endWithThis(child: ChildProcess, signal: NodeJS.Signals): void {
  const end = () => void child.kill(signal);
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
}

export async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** As Linux tells them. */
function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | null {
  try {
    // The name of the program, in parentheses, may hold anything.
    const [, parent] = /^.*\) \S+ (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return Number(parent);
  } catch {
    // It has ended meanwhile.
    return null;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself, since its parent did.
  }
}
