import { useEffect, useRef, useState } from '../../sdk/ui/index.ts';
import type { Box, Point } from './layout.ts';
import type { Graph } from './neighborhood.ts';

const MOVE_MS = 350;

/** Where the nodes stand in the box; null until they are first arranged. What is added to the graph lets the others move over. */
export function useLayout(graph: Graph, box: Box | null): ReadonlyMap<string, Point> | null {
  const [shown, setShown] = useState<ReadonlyMap<string, Point> | null>(null);
  const arranged = useRef<ReadonlyMap<string, Point>>(new Map());
  const latest = useRef(shown);
  latest.current = shown;
  // What it looks like depends on this alone.
  const key = box && `${box.width}x${box.height} ${graph.nodes.map(({ id }) => id).join()} ${graph.edges.map(({ from, to }) => from + to).join()}`;
  useEffect(() => {
    if (!box) return;
    let gone = false;
    let frame = 0;
    const arrange = async () => {
      const { fitted, layOut } = await import('./layout.ts');
      const found = await layOut(graph, box, arranged.current);
      if (gone) return;
      arranged.current = found;
      const [from, to] = [latest.current, fitted(found, box)];
      if (!from || matchMedia('(prefers-reduced-motion: reduce)').matches) return setShown(to);
      const begun = performance.now();
      const step = (now: number) => {
        const part = Math.min((now - begun) / MOVE_MS, 1);
        setShown(part < 1 ? between(from, to, 1 - (1 - part) ** 3) : to);
        if (part < 1) frame = requestAnimationFrame(step);
      };
      frame = requestAnimationFrame(step);
    };
    arrange().catch(reportError);
    return () => {
      gone = true;
      cancelAnimationFrame(frame);
    };
  }, [key]);
  return shown;
}

/** What was not there before stands where it belongs at once. */
function between(from: ReadonlyMap<string, Point>, to: ReadonlyMap<string, Point>, part: number): ReadonlyMap<string, Point> {
  return new Map(
    [...to].map(([id, end]) => {
      const begin = from.get(id) ?? end;
      return [id, { x: begin.x + (end.x - begin.x) * part, y: begin.y + (end.y - begin.y) * part }];
    }),
  );
}
