import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOUND = new URL('./widget-pack', import.meta.url).pathname;

/** A copy of the widget pack with something broken: of its manifest, one text is another. */
export class BrokenPack {
  readonly folder = mkdtempSync(join(tmpdir(), 'summit-pack-'));

  constructor(changes: readonly (readonly [text: string, other: string])[] = []) {
    cpSync(SOUND, this.folder, { recursive: true });
    const manifest = join(this.folder, 'manifest.ts');
    const broken = changes.reduce(
      (source, [text, other]) => {
        if (source.split(text).length !== 2) throw new Error(`the manifest has not exactly one "${text}"`);
        return source.replace(text, () => other);
      },
      readFileSync(manifest, 'utf8'),
    );
    writeFileSync(manifest, broken);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
