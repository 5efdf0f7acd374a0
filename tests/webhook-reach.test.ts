import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { networkErrors, withLoopback } from '../kernel/config/networks.ts';
import { guardedFetch } from '../kernel/webhooks/guarded-fetch.ts';
import { Reach } from '../kernel/webhooks/reach.ts';
import { Receiver } from '../sdk/testing/receiver.ts';

const test = suite('Where webhooks may go');
let receiver: Receiver;
let port: number;

test.before(async () => {
  receiver = await Receiver.open();
  port = Number(new URL(receiver.url).port);
});
test.before.each(() => receiver.forget());
test.after(() => receiver.close());

const hello = () => ({ method: 'POST', body: '{}', signal: AbortSignal.timeout(5_000) });
/** A name that leads to these addresses, one after another at each asking. */
const leadingTo = (...answers: readonly (readonly string[])[]) => {
  let asked = 0;
  return (_: string, __: object, found: (error: Error | null, addresses: { address: string; family: number }[]) => void) => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? [];
    found(
      null,
      answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
};
const why = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'sent',
    (error: Error) => error.message,
  );

test('to the public internet', () => {
  const reach = new Reach([]);
  for (const address of ['93.184.215.14', '1.1.1.1', '172.32.0.1', '2606:2800:21f::1', '2a00:1450:4001::8a', '::ffff:1.1.1.1'])
    assert.is(reach.permits(address), true, address);
});

test('to nothing inside, by whatever address', () => {
  const reach = new Reach([]);
  const inside = [
    ...['127.0.0.1', '127.8.8.8', '0.0.0.0', '0.1.2.3', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '169.254.169.254'],
    ...['192.0.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'ff02::1', 'fec0::1', '2001:db8::1', '4000::1'],
    ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:169.254.169.254', '::127.0.0.1', '::ffff:0:127.0.0.1'],
    ...['64:ff9b::7f00:1', '64:ff9b:1::a00:1', '2002:7f00:1::', '2001:0:7f00:1::', '100::1'],
    ...['', 'localhost', '127.1', '0x7f000001', '2130706433', '[::1]'],
  ];
  for (const address of inside) assert.is(reach.permits(address), false, address);
});

test('to what the operator allows, and not beyond', () => {
  const reach = new Reach(['10.20.0.0/16', 'fd12::/32']);
  assert.equal(
    ['10.20.255.1', '::ffff:10.20.0.1', '10.21.0.1', 'fd12::9', 'fd13::9', '127.0.0.1'].map((address) => reach.permits(address)),
    [true, true, false, true, false, false],
  );
  assert.equal(networkErrors('webhooks.allowed_networks', ['10.0.0.0/8', '10.0.0.1', 'intranet', '10.0.0.0/33']).length, 3);
  assert.match(
    networkErrors('webhooks.allowed_networks', ['intranet'])[0] ?? '',
    /^webhooks\.allowed_networks\.0 is "intranet", which is no network/,
  );
});

test('an address in the URL is judged, in whatever form it is written', async () => {
  const send = guardedFetch(new Reach([]));
  for (const host of ['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '[::ffff:127.0.0.1]', '[::1]', '0'])
    assert.match(await why(send(`http://${host}:${port}/`, hello())), /which is not on the public internet: webhooks\.allowed_networks/, host);
  assert.equal(receiver.paths, []);
});

test('a name is judged by the address that is connected to, at each connection', async () => {
  const loopback = new Reach(withLoopback([], false));
  assert.is(
    await why(guardedFetch(new Reach([]), leadingTo(['127.0.0.1']))(`http://hooks.example:${port}/`, hello())),
    `hooks.example leads to 127.0.0.1, which is not on the public internet: webhooks.allowed_networks of the configuration may allow it`,
  );
  assert.match(await why(guardedFetch(new Reach([]))(`http://localhost:${port}/`, hello())), 'localhost leads to ');
  assert.equal(receiver.paths, []);
  const rebinding = guardedFetch(loopback, leadingTo(['127.0.0.1'], ['10.0.0.1']));
  const close = { ...hello(), headers: { connection: 'close' } };
  assert.is(await why(rebinding(`http://hooks.example:${port}/first`, close)), 'sent');
  assert.match(await why(rebinding(`http://hooks.example:${port}/second`, close)), 'hooks.example leads to 10.0.0.1');
  assert.equal(receiver.paths, ['/first']);
});

test('of several addresses only those are tried that webhooks may go to', async () => {
  const send = guardedFetch(new Reach(['127.0.0.1/32']), leadingTo(['10.0.0.1', '::1', '127.0.0.1']));
  assert.is(await why(send(`http://hooks.example:${port}/`, hello())), 'sent');
});

test('a redirect is not followed', async () => {
  receiver.answer('/moved', { status: 307, headers: { location: `${receiver.url}/elsewhere` } });
  const response = await guardedFetch(new Reach(withLoopback([], false)))(`${receiver.url}/moved`, hello());
  assert.equal([response.status, receiver.paths], [307, ['/moved']]);
});

test('an answer without end is not waited for', async () => {
  const endless = new Readable({
    read() {
      this.push(Buffer.alloc(65_536));
    },
  });
  const server = createServer((_, response) => {
    pipeline(endless, response, () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const closed = once(server, 'connection').then(([socket]) => new Promise((resolve) => socket.on('error', resolve).on('close', resolve)));
  const { port: endlessPort } = server.address() as AddressInfo;
  const response = await guardedFetch(new Reach(withLoopback([], false)))(`http://127.0.0.1:${endlessPort}/`, hello());
  await response.body?.cancel();
  await closed;
  server.close();
});

test('what fails says what has failed', async () => {
  const gone = await Receiver.open();
  await gone.close();
  assert.match(await why(guardedFetch(new Reach(withLoopback([], false)))(gone.url, hello())), 'ECONNREFUSED');
});

test.run();
