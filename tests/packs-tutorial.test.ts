import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { codeBlocksIn } from './support/document.ts';

const test = suite('docs/packs.md');

const docs = join(import.meta.dirname, '../docs');
const pack = join(docs, 'examples/equipment-loans');

test('shows the code of the pack that it is about, as it is', () => {
  const shown = codeBlocksIn(join(docs, 'packs.md')).filter(({ file }) => file !== '');
  assert.ok(shown.length > 10);
  for (const { file, code } of shown) {
    const source = readFileSync(join(pack, file), 'utf8');
    assert.ok(`\n${source}`.includes(`\n${code}\n`), `${file} has no such lines:\n${code}`);
  }
});

test.run();
