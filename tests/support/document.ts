import { readFileSync } from 'node:fs';

export interface CodeBlock {
  readonly language: string;
  /** What stands beside the language: the file that the code is of; empty where nothing does. */
  readonly file: string;
  readonly code: string;
}

/** The fenced code of a Markdown document. */
export function codeBlocksIn(path: string): readonly CodeBlock[] {
  const blocks = readFileSync(path, 'utf8').matchAll(/^```(?<language>\w+) ?(?<file>\S*)\n(?<code>.*?)\n```$/gms);
  return [...blocks].map(({ groups: { language = '', file = '', code = '' } = {} }) => ({ language, file, code }));
}
