import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseVkey } from '../sdk/verify/note.ts';
import { cli, type ServerProcess, startProcess } from './support/process.ts';
import { SignedLog } from './support/signed-log.ts';
import { cosignedSize, keyOf, stale, submitTo, WITNESS_NAME } from './support/witnessing.ts';

const test = suite('summit witness');

const root = mkdtempSync(join(tmpdir(), 'summit-witness-'));
let folders = 0;
const newFolder = () => join(root, `w${++folders}`);

const spawned: ServerProcess[] = [];
test.after(async () => {
  for (const server of spawned) await server.stop('SIGKILL');
  rmSync(root, { recursive: true });
});

async function inProcess(folder: string, ...args: readonly string[]): Promise<ServerProcess> {
  const server = await startProcess(['witness', '--dir', folder, '--listen', '127.0.0.1:0', ...args]);
  spawned.push(server);
  return server;
}

test('the first start makes the key, and says what a policy file needs', async () => {
  const [folder, log] = [newFolder(), await SignedLog.create('example.com/acme')];
  const first = await inProcess(folder, '--name', WITNESS_NAME, '--log', log.vkey);
  const line = (await (await fetch(first.url)).text()).split('\n')[0] ?? '';
  const vkey = line.split(' ')[2] ?? '';
  assert.is((await parseVkey(vkey)).type, 4);
  assert.is((await cli(['witness', '--dir', folder, '--vkey'], {})).stdout, `${vkey}\n`);
  assert.is((await submitTo(first.url, await log.body(0, 3))).status, 200);
  const [state] = JSON.parse((await cli(['witness', 'logs', '--json', '--dir', folder], {})).stdout);
  assert.equal([state.origin, state.size, state.conflict], ['example.com/acme', '3', null]);
  for (const path of ['', 'key.json', 'policy', 'checkpoints', `checkpoints/${log.hash}.checkpoint`]) {
    assert.is(statSync(join(folder, path)).mode & 0o077, 0, path);
  }
  assert.is(await first.stop('SIGTERM'), 0);

  const second = await inProcess(folder);
  assert.match(await (await fetch(second.url)).text(), line);
  assert.equal(await submitTo(second.url, await log.body(0, 2)), stale(3));
  assert.is(await second.stop('SIGINT'), 0);
});

test('wrong use ends with the code that says what kind of wrong it is, and leaves nothing behind', async () => {
  const [folder, dir] = [newFolder(), newFolder()];
  assert.is((await cli(['witness', '--dir', dir, '--name', WITNESS_NAME, '--vkey'], {})).code, 0);
  const noFolder = join(root, 'file');
  writeFileSync(noFolder, '');
  const wrong: readonly (readonly [number, ...string[]])[] = [
    [2, '--vkey'],
    [2, '--dir', folder, '--name', 'two words', '--vkey'],
    // What a policy file calls a quorum of nobody.
    [2, '--dir', folder, '--name', 'none', '--vkey'],
    ...['9090', 'localhost', '127.0.0.1:65536', '::1:9090', '127.0.0.1:x'].map((listen) => [2, '--dir', folder, '--listen', listen] as const),
    [3, 'logs', '--dir', folder],
    [3, 'add-log', '--dir', folder, 'x'],
    [3, '--dir', noFolder, '--vkey'],
    [2, '--dir', dir, '--name', 'witness.example/other', '--vkey'],
    [2, 'add-log', '--dir', dir, 'example.com/acme'],
  ];
  await Promise.all(
    wrong.map(async ([code, ...args]) => {
      const output = await cli(['witness', ...args], {});
      assert.equal([output.code, output.stdout], [code, ''], `${args.join(' ')}: ${output.stderr}`);
    }),
  );
  assert.not.ok(existsSync(folder));
  const help = await cli(['witness', '--help'], {});
  assert.equal([help.code, help.stdout.includes('Examples:')], [0, true]);
});

test('a key that cannot be read is not replaced', async () => {
  const { privateKey } = generateKeyPairSync('x25519');
  const otherKind = JSON.stringify({ name: WITNESS_NAME, jwk: privateKey.export({ format: 'jwk' }) });
  await Promise.all(
    ['', '{}', 'null', otherKind, '{"name": 1, "jwk": {}}'].map(async (bad) => {
      const folder = newFolder();
      mkdirSync(folder);
      writeFileSync(join(folder, 'key.json'), bad);
      const { code, stderr } = await cli(['witness', '--dir', folder, '--vkey'], {});
      assert.is(code, 3, bad);
      assert.match(stderr, 'key.json is no key of a witness');
      assert.is(readFileSync(join(folder, 'key.json'), 'utf8'), bad);
    }),
  );
});

test('SIGTERM lets what was sent be answered', async () => {
  const [folder, log] = [newFolder(), await SignedLog.create('example.com/acme')];
  const server = await inProcess(folder, '--name', WITNESS_NAME, '--log', log.vkey);
  const { port, hostname } = new URL(server.url);
  const body = Buffer.from(await log.body(0, 3));
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.write(`POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: ${body.length}\r\n\r\n`);
  socket.write(body.subarray(0, 20));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const stopped = server.stop('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.write(body.subarray(20));
  await closed;
  assert.match(received, /^HTTP\/1\.1 200 /);
  assert.match(received, /connection: close/i);
  assert.is(await stopped, 0);
});

test('kill -9 loses nothing that was answered, and leaves the folder free', async () => {
  const folder = newFolder();
  const logs = await Promise.all(Array.from({ length: 4 }, (_, n) => SignedLog.create(`example.com/${n}`)));
  const vkeys = logs.flatMap(({ vkey }) => ['--log', vkey]);
  const answered = new Map(logs.map((log) => [log, 0]));
  let total = 0;
  for (let round = 0; round < 3; round++) {
    const server = await inProcess(folder, '--name', WITNESS_NAME, ...vkeys);
    const key = await keyOf(server.url);
    for (const [log, size] of answered) {
      const cosigned = (await cosignedSize(log, { url: server.url, key })) ?? 0;
      // The last one may be on the disk, and its answer lost.
      assert.ok(cosigned === size || cosigned === size + 1, `${cosigned} after ${size} was answered`);
      answered.set(log, cosigned);
    }
    const before = total;
    const refused: string[] = [];
    const clients = logs.map(async (log) => {
      for (let size = answered.get(log) ?? 0; size < 60; size++) {
        const answer = await submitTo(server.url, await log.body(size, size + 1)).catch(() => null);
        // The connection died with the witness.
        if (answer === null) return;
        if (answer.status !== 200) return void refused.push(answer.text);
        answered.set(log, size + 1);
        total++;
      }
    });
    while (total < before + 25 && refused.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.is(await server.stop('SIGKILL'), 'SIGKILL');
    await Promise.all(clients);
    assert.equal(refused, []);
  }
});

test.run();
