import { gunzipSync } from 'node:zlib';

const BLOCK = 512;

/** The files of a gzipped ustar archive as `opa build` writes it, by path without the leading slash. */
export function readTarball(gzipped: Uint8Array): Map<string, Uint8Array> {
  const tar = gunzipSync(gzipped);
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(tar, at + 124, 12), 8);
    const start = at + BLOCK;
    files.set(text(tar, at, 100).replace(/^\/+/, ''), tar.subarray(start, start + size));
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function text(tar: Buffer, start: number, length: number): string {
  const field = tar.toString('utf8', start, start + length);
  return field.split('\0', 1)[0] ?? '';
}
