import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HttpServer } from '../kernel/http/server.ts';

const test = suite('A server that stops');
/** More than the operating system takes in at both ends, so that much of it stays with the server. */
const LARGE = Buffer.alloc(16 * 1024 * 1024, 'x');
const PAUSE_MS = 300;

let server: HttpServer;
let port: number;
let answer: (path: string) => Buffer | Promise<Buffer>;

test.before.each(async () => {
  answer = () => LARGE;
  server = await HttpServer.listening(async ({ url = '' }, response) => response.end(await answer(url)), '127.0.0.1', 0);
  port = server.port;
});

function asked(path: string): Socket {
  const client = connect(port, '127.0.0.1');
  client.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  return client;
}

test('lets a large answer arrive whole, however slowly it is read', async () => {
  const client = asked('/');
  const [head] = (await once(client, 'data')) as [Buffer];
  client.pause();
  const stopped = server.drain();
  await sleep(PAUSE_MS);
  let read = head.length - (head.indexOf('\r\n\r\n') + 4);
  client.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  client.resume();
  await Promise.all([stopped, once(client, 'close')]);
  assert.is(read, LARGE.length);
});

test('answers what was asked before, tells who asks again on the same connection to go elsewhere, and keeps nobody who asks nothing', async () => {
  const underway = Promise.withResolvers<Buffer>();
  const agent = new Agent({ keepAlive: true });
  const ask = async (path: string): Promise<IncomingMessage> => {
    const [message] = (await once(get({ host: '127.0.0.1', port, path, agent }), 'response')) as [IncomingMessage];
    await once(message.resume(), 'end');
    return message;
  };
  answer = (path) => (path === '/slow' ? underway.promise : Buffer.from('ok'));
  assert.is((await ask('/quick')).headers.connection, 'keep-alive');
  const slow = asked('/slow');
  await sleep(50);
  const stopped = server.drain();
  assert.is((await ask('/quick')).headers.connection, 'close');
  const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
  assert.is(error.code, 'ECONNREFUSED');
  underway.resolve(Buffer.from('done'));
  const [text] = (await once(slow, 'data')) as [Buffer];
  assert.match(String(text), /close[\s\S]*done$/i);
  await stopped;
  agent.destroy();
});

/** What answered for a server that has come and gone. */
async function gone(): Promise<WeakRef<object>> {
  const handler = (_: unknown, response: ServerResponse) => void response.end();
  const http = await HttpServer.listening(handler, '127.0.0.1', 0);
  await http.drain();
  return new WeakRef(handler);
}

test('is kept in memory by nothing once it has stopped', async () => {
  await server.drain();
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const handler = await gone();
  for (let turn = 0; turn < 20 && handler.deref(); turn++) {
    await sleep(10);
    collect();
  }
  assert.is(handler.deref() === undefined, true);
});

test.run();
