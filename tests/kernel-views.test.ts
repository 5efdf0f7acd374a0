import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite("What the Switchboard shows of the kernel's own");

interface Listed {
  readonly path: string;
  readonly entity: string | null;
  readonly creating: readonly { readonly id: string }[];
  readonly changing: readonly unknown[];
}

let s: TestSummit;
test.before(async () => {
  s = await testSummit();
});
test.after(() => s.close());

async function listAt(path: string): Promise<Listed> {
  const { packs } = (await s.get('operator', '/switchboard')).body;
  const found = packs[0].lists.find((list: Listed) => list.path === path);
  assert.ok(found, `the kernel lists ${path}`);
  return found;
}

test('what is no subject is offered no action: a bundle is switched on as a change of its policy', async () => {
  const { entity, creating, changing } = await listAt('/policy-bundles');
  assert.equal([entity, creating, changing], [null, [], []]);
});

test('a run is started from the list of its kind', async () => {
  const { entity, creating } = await listAt('/policy-replays');
  assert.equal([entity, creating.map(({ id }) => id)], ['policy-run', ['policy-replay.start']]);
});

test("the packs are answered with the kernel's own actions beside them, and who may do them", async () => {
  const { kernel, items } = (await s.get('engineer', '/packs')).body;
  const setPack = kernel.actions.find(({ id }: { id: string }) => id === 'tenant.set-pack');
  assert.equal(setPack.roles, ['operator']);
  assert.not.ok(items.some(({ id }: { id: string }) => id === kernel.id));
});

test('a bundle is answered with its data, whose bytes its digest covers', async () => {
  const { items } = (await s.get('auditor', '/policy-bundles')).body;
  const { data } = (await s.get('auditor', `/policy-bundles/${items[0].digest}`)).body;
  assert.equal(JSON.parse(data), {});
});

test.run();
