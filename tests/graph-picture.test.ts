import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitted, layOut } from '../ui-shell/graph/layout.ts';
import { type Around, graphOf, type Neighbor } from '../ui-shell/graph/neighborhood.ts';
import { looksOf } from '../ui-shell/graph/shapes.ts';

const test = suite('Graph as a picture');

const request = { id: 'request', type: 'request', label: 'orders-db' };
const person = { id: 'person', type: 'user', label: 'engineer' };
const ofRequest: Around = {
  node: request,
  neighbors: [
    { ...person, relationship: 'requested_by', direction: 'out' },
    { ...person, relationship: 'executed_by', direction: 'out' },
  ],
  more: false,
};
const ofPerson: Around = {
  node: person,
  neighbors: [
    { ...request, relationship: 'requested', direction: 'in' },
    { ...request, relationship: 'executed', direction: 'in' },
  ],
  more: false,
};

test('who is related in two ways is one node with one line that says both, and two rows', () => {
  const { nodes, edges, rows } = graphOf([ofRequest]);
  assert.equal(
    nodes.map(({ id }) => id),
    ['request', 'person'],
  );
  assert.equal(edges, [{ from: 'request', to: 'person', relationships: ['requested_by', 'executed_by'] }]);
  assert.is(rows.length, 2);
});

test('what comes in reads from the node that it was found from', () => {
  assert.equal(graphOf([ofPerson]).edges, [{ from: 'person', to: 'request', relationships: ['requested', 'executed'] }]);
});

test('what was found from both of its ends is one line', () => {
  const { edges, rows } = graphOf([ofRequest, ofPerson]);
  assert.equal(edges, [{ from: 'request', to: 'person', relationships: ['requested_by', 'executed_by'] }]);
  assert.is(rows.length, 4);
});

function star(count: number): Around {
  const neighbors = Array.from(
    { length: count },
    (_, index): Neighbor => ({ id: `n${index}`, type: `t${index % 9}`, label: `n${index}`, relationship: 'has', direction: 'out' }),
  );
  return { node: request, neighbors, more: false };
}

test('more than may be shown are left out of picture and table alike, and that is said', () => {
  const { nodes, edges, rows, more } = graphOf([star(250)], 200);
  assert.equal([nodes.length, edges.length, rows.length, more], [200, 199, 199, true]);
  assert.not(graphOf([star(199)], 200).more);
  assert.ok(graphOf([{ ...star(3), more: true }]).more, 'the server has more');
});

test('each type looks its own, and keeps its look when others come', () => {
  const looks = looksOf(graphOf([star(30)]).nodes);
  assert.is(new Set([...looks.values()].map(({ shape, colour }) => `${shape} ${colour}`)).size, 10);
  assert.equal(looks.get('t1'), looksOf(graphOf([star(3)]).nodes).get('t1'));
});

test('the same graph is always arranged alike, inside its box', async () => {
  const box = { width: 320, height: 400 };
  const graph = graphOf([star(60)]);
  const [once, again] = [fitted(await layOut(graph, box, new Map()), box), fitted(await layOut(graph, box, new Map()), box)];
  assert.equal([...once], [...again]);
  assert.is(once.size, 61);
  for (const [id, { x, y }] of once) assert.ok(x >= 0 && x <= box.width && y >= 0 && y <= box.height, `${id} at ${x}, ${y}`);
});

test('what is added moves what was there only a little', async () => {
  const box = { width: 900, height: 400 };
  const before = await layOut(graphOf([star(6)]), box, new Map());
  const after = await layOut(
    graphOf([
      star(6),
      { node: { id: 'n2', type: 't2', label: 'n2' }, neighbors: [{ ...person, relationship: 'of', direction: 'out' }], more: false },
    ]),
    box,
    before,
  );
  for (const [id, { x, y }] of before) {
    const now = after.get(id);
    assert.ok(now && Math.hypot(now.x - x, now.y - y) < 160, `${id} went from ${x}, ${y} to ${now?.x}, ${now?.y}`);
  }
  assert.ok(after.has('person'));
});

test('one node alone stands in the middle', async () => {
  const box = { width: 300, height: 200 };
  assert.equal([...fitted(await layOut(graphOf([star(0)]), box, new Map()), box)], [['request', { x: 150, y: 100 }]]);
});

test.run();
