import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Output, root } from './process.ts';

/** In place of the real one, which is npm once more for each command: it runs what that would find. */
export const NPX = 'npx() { local command=$1; shift; "node_modules/.bin/$command" "$@"; }';

/** Ends the output of a block: no command prints it by itself. */
const END = '\x04';
const READING = `set -euo pipefail
${NPX}
while IFS= read -r -d '' block; do
  eval "$block" </dev/null
  printf '${END}'
  printf '${END}' >&2
done`;

/** A bash at the project's folder, as a reader has one: what a block of commands has set is there in the next. */
export interface Terminal {
  /** Runs a block to its end. A command that fails ends the terminal. @throws Error where it had ended before */
  run(block: string): Promise<Output>;
  close(): Promise<void>;
}

export function openTerminal(env: NodeJS.ProcessEnv): Terminal {
  const child = spawn('bash', ['-c', READING], { cwd: root, env: { ...process.env, ...env }, stdio: 'pipe' });
  const closed = once(child, 'close');
  const streams = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').iterator() as AsyncIterator<string>);
  return {
    async run(block) {
      if (child.exitCode !== null) throw new Error(`the terminal has ended, with ${child.exitCode}, in an earlier block`);
      child.stdin.write(`${block}\0`);
      const [stdout = '', stderr = ''] = await Promise.all(streams.map(printed));
      const isOver = !stdout.endsWith(END);
      if (isOver) await closed;
      return { code: isOver ? child.exitCode : 0, stdout: stdout.replace(END, ''), stderr: stderr.replace(END, '') };
    },
    async close() {
      child.stdin.end();
      await closed;
    },
  };
}

/** What comes of a block, with its end; or, where there is none, all that still comes. */
async function printed(chunks: AsyncIterator<string>): Promise<string> {
  let text = '';
  while (!text.endsWith(END)) {
    const { value, done } = await chunks.next();
    if (done) break;
    text += value;
  }
  return text;
}
