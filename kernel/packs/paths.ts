/** Paths of the API as routes declare them: `/x/:id`, and `*path` for all that is left. */

/** Whether there is a path that both would answer. */
export function overlap(one: string, other: string): boolean {
  const [first, second] = [segmentsOf(one), segmentsOf(other)];
  const length = Math.max(first.length, second.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [first[index], second[index]];
    if (a === undefined || b === undefined) return false;
    if (isRest(a) || isRest(b)) return true;
    if (!isParameter(a) && !isParameter(b) && a !== b) return false;
  }
  return true;
}

/** The path with its parameters unnamed: of two that have the same, no request could tell one from the other. */
export function shapeOf(path: string): string {
  return segmentsOf(path)
    .map((segment) => (isParameter(segment) ? ':' : isRest(segment) ? '*' : segment))
    .join('/');
}

/** Orders paths so that of two that overlap the one that says more comes first: `/x/new` before `/x/:id`. */
export function bySpecificity(one: string, other: string): number {
  const [first, second] = [generalityOf(one), generalityOf(other)];
  return first < second ? -1 : Number(first > second);
}

export function firstSegmentOf(path: string): string {
  return segmentsOf(path)[0] ?? '';
}

export function isParameter(segment: string): boolean {
  return segment.startsWith(':');
}

function generalityOf(path: string): string {
  return segmentsOf(path)
    .map((segment) => (isRest(segment) ? '2' : isParameter(segment) ? '1' : '0'))
    .join('');
}

function isRest(segment: string): boolean {
  return segment.startsWith('*');
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').slice(1);
}
