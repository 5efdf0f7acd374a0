import { Problem } from '../../sdk/index.ts';
import { TILE_WIDTH } from './tree.ts';

/** Which tile a path names (C2SP tlog-tiles): `0/x001/x234/067.p/8`, `entries/000`. */
export interface TileRequest {
  readonly level: number | 'entries';
  readonly index: number;
  /** 256 for a full one. */
  readonly width: number;
}

/** As C2SP tlog-tiles has it. */
const MAX_LEVEL = 63;
const MAX_PARTS = 5;

/** @throws Problem `invalid-input` for anything but the one way to write it */
export function parseTilePath(level: string, path: string): TileRequest {
  const [, whole = '', width] = /^((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path) ?? [];
  const parts = whole.split('/');
  const isLevel = level === 'entries' || (/^(0|[1-9]\d?)$/.test(level) && Number(level) <= MAX_LEVEL);
  // No leading zeroes: 5 is 005, and never x000/005.
  const isIndex = whole !== '' && parts.length <= MAX_PARTS && !(parts.length > 1 && parts[0] === 'x000');
  const isWidth = width === undefined || Number(width) < TILE_WIDTH;
  if (!isLevel || !isIndex || !isWidth) {
    throw new Problem('invalid-input', 'This names no tile: a path is <level>/<index>, such as 0/x001/234 or entries/000.p/8.', {
      errors: [{ path: 'path', message: 'is not a path of C2SP tlog-tiles' }],
    });
  }
  return {
    level: level === 'entries' ? level : Number(level),
    index: Number(whole.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
}
