import { createReadStream } from 'node:fs';
import { CliError, type ExitCode } from './cli-error.ts';

/** What a file holds, or standard input where its path is `-`. No more is read than is allowed, so that a file without end, or a pipe, does not fill the memory. */
export async function readBytes(path: string, { longest, exitCode }: { longest: number; exitCode: ExitCode }): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path)) {
      length += chunk.length;
      if (length > longest) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new CliError(exitCode, `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (length > longest) throw new CliError(exitCode, `${path} is longer than ${longest} bytes, and no longer file is read`);
  return Buffer.concat(chunks);
}
