import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { type Received, Receiver } from '../../../sdk/testing/receiver.ts';
import type { Fault, Scene, Stage } from '../scene.ts';
import { access, deal } from '../stories.ts';
import { TcpProxy } from '../tcp-proxy.ts';

const EACH_MS = 10_000;
const PATH = '/hooks';
const WRITES_MEANWHILE = 20;
const WRITES_WITHIN_MS = 60_000;

export const outboxDown: Fault = {
  name: 'outbox-down',
  title: 'Who is told of events refuses, hangs, and answers 500',
  limitMs: 420_000,
  stories: [access, deal],
  stage,
};

async function stage(): Promise<Stage> {
  const receiver = await Receiver.open();
  const network = await TcpProxy.open(Number(new URL(receiver.url).port));
  /** What came while it was taken, and what came while it was not. */
  const [taken, refused]: [Received[], Received[]] = [[], []];
  return {
    site: { webhook: `http://127.0.0.1:${network.port}${PATH}` },
    async strike({ traffic }: Scene) {
      const meanwhile = async () => {
        const written = traffic.ledger.more(WRITES_MEANWHILE, WRITES_WITHIN_MS);
        await Promise.all([written, sleep(EACH_MS)]);
      };
      taken.push(...receiver.at(PATH));
      receiver.forget();
      network.refuse(true);
      await meanwhile();
      network.refuse(false);
      receiver.answer(PATH, 'nothing at all');
      await meanwhile();
      receiver.answer(PATH, { status: 500 });
      await meanwhile();
      refused.push(...receiver.at(PATH));
      // From now on it answers 204 again.
      receiver.forget();
      return `each for ${EACH_MS / 1_000} s`;
    },
    audit: (scene) => told(scene, [...taken, ...receiver.at(PATH)], refused),
    async close() {
      await network.close();
      await receiver.close();
    },
  };
}

/** Each message was taken in the end, signed, and all that was acknowledged is told of. */
async function told({ site, traffic }: Scene, taken: readonly Received[], refused: readonly Received[]): Promise<readonly string[]> {
  const sent = await site.query<{ id: string; subject_id: string }>("SELECT id, subject_id FROM outbox WHERE effect = 'webhook.deliver'");
  const signer = new Webhook(await secretOf(site.replicas[0]?.url ?? '', site.tokenOf('operator')));
  const takenIds = new Set(taken.map(idOf));
  const known = new Set(sent.map(({ id }) => id));
  const subjects = new Set(sent.map(({ subject_id }) => subject_id));
  const submitted = traffic.ledger.acknowledged.filter(({ path }) => path.endsWith('/submit-for-approval'));
  return [
    ...(refused.length === 0 ? ['nothing was sent while it could not be taken'] : []),
    ...sent.filter(({ id }) => !takenIds.has(id)).map(({ id }) => `LOST: the message ${id} was never taken`),
    ...[...taken, ...refused].filter((message) => !known.has(idOf(message))).map((message) => `nobody has sent the message ${idOf(message)}`),
    ...[...taken, ...refused].filter((message) => !isSigned(message, signer)).map((message) => `the message ${idOf(message)} is not signed well`),
    ...submitted.filter(({ id }) => !subjects.has(id)).map(({ id }) => `LOST: nobody was told that ${id} was submitted`),
  ];
}

function idOf({ headers }: Received): string {
  return String(headers['webhook-id']);
}

/** As it was sent, however long ago. */
function isSigned(message: Received, signer: Webhook): boolean {
  const at = new Date(Number(message.headers['webhook-timestamp']) * 1_000);
  return message.headers['webhook-signature'] === signer.sign(idOf(message), at, message.body);
}

async function secretOf(url: string, token: string): Promise<string> {
  const response = await fetch(`${url}/webhooks`, { headers: { authorization: `Bearer ${token}` } });
  const { items } = (await response.json()) as { items: readonly { secret: string }[] };
  return items[0]?.secret ?? '';
}
