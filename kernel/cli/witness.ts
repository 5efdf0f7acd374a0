import { hostname } from 'node:os';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';

const HELP = `
The first start makes the witness's key in the folder; its line on stdout goes into the policy of whoever verifies.
Logs are known by their vkey: the log lines of the file "policy" in the folder (C2SP tlog-policy), which is read again when it
changes. A log that changes its key goes on under another origin (<origin>/2, …) and is unknown until it is added: first see how
the old one ended.

What was cosigned last stays in the folder. Never run a copy of it, nor one from a backup: a witness that has forgotten may
cosign a second history. Start another witness in an empty folder instead, and put its key into the policies.

Examples:
  summit witness --dir /var/lib/witness --name witness.example/w1 --log example.com/acme+…
  summit witness --dir /var/lib/witness --listen 0.0.0.0:9090
  summit witness --dir /var/lib/witness --vkey
  summit witness add-log --dir /var/lib/witness example.com/acme/2+…
  summit witness logs --dir /var/lib/witness`;

interface ServeOptions {
  readonly dir: string;
  readonly name?: string;
  readonly listen: string;
  readonly log: readonly string[];
  readonly vkey?: boolean;
}

/** The witness that an auditor runs: it needs none of the kernel, and is loaded only then. */
export function addWitnessCommands(program: Command): void {
  const witness = program
    .command('witness')
    .description("cosign the checkpoints of logs that only grow (C2SP tlog-witness), on an auditor's machine")
    .requiredOption('--dir <folder>', 'where its key is, the logs that it knows, and what it cosigned last')
    .option('--name <name>', "of its key, where none was made yet; default: this machine's name and /witness")
    .option('--listen <host:port>', 'port 0: any that is free', '127.0.0.1:9090')
    .option('--log <vkey...>', 'add logs before it starts', [])
    .option('--vkey', 'print its vkey and do not start')
    .addHelpText('after', HELP)
    .action(({ vkey, ...options }: ServeOptions) => (vkey ? printVkey(options) : serve(options)));

  witness
    .command('add-log')
    .argument('<vkey>', 'the key of the log: name+hex8+base64')
    .description('let the witness know a log; works while it runs')
    .addHelpText('after', '\nExample:\n  summit witness add-log --dir /var/lib/witness example.com/acme+…')
    .action(async (vkey: string, _: object, command: Command) => {
      const { logs } = await open(command);
      const isNew = await inUsage(() => logs.add(vkey));
      process.stderr.write(isNew ? 'The log is known now.\n' : 'The log was known already.\n');
    });

  witness
    .command('logs')
    .description('print each log, and the size, root and time that were cosigned last')
    .option('--json', 'print [{"origin": …, "size": …, "root": …, "cosigned_at": …, "conflict": …}]')
    .addHelpText('after', '\nExample:\n  summit witness logs --dir /var/lib/witness')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const states = await logStates(command);
      process.stdout.write(json ? `${JSON.stringify(states)}\n` : states.map((state) => `${lineOf(state)}\n`).join(''));
    });
}

async function serve({ dir, name, listen, log }: ServeOptions): Promise<void> {
  const address = addressOf(listen);
  const { policyLine, startWitness } = await import('../../sdk/witness/server.ts');
  const folder = await openNamed(dir, name);
  for (const vkey of log) await inUsage(() => folder.logs.add(vkey));
  const server = await startWitness({
    dir,
    name: folder.key.public.name,
    ...address,
    now: () => BigInt(Math.floor(Date.now() / 1_000)),
    report: (line) => process.stderr.write(`${new Date().toISOString()} ${line}\n`),
  });
  process.stdout.write(`${policyLine(folder)}listening on ${server.url}\n`);
  const stop = () => {
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`summit: the stop failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

async function printVkey({ dir, name }: ServeOptions): Promise<void> {
  const { vkeyOf } = await import('../../sdk/verify/note.ts');
  process.stdout.write(`${vkeyOf((await openNamed(dir, name)).key.public)}\n`);
}

async function openNamed(dir: string, name: string | undefined) {
  const { openOrCreateFolder } = await import('../../sdk/witness/folder.ts');
  const folder = await inUsage(() => openOrCreateFolder(dir, name ?? `${hostname()}/witness`));
  const { name: actual } = folder.key.public;
  if (name !== undefined && name !== actual)
    throw new CliError(2, `the witness in ${dir} is called ${actual}: leave out --name, or give another --dir`);
  return folder;
}

async function open(command: Command) {
  const { openFolder } = await import('../../sdk/witness/folder.ts');
  return openFolder(command.optsWithGlobals<{ dir: string }>().dir);
}

interface LogState {
  readonly origin: string;
  readonly size: string | null;
  readonly root: string | null;
  readonly cosigned_at: string | null;
  readonly conflict: string | null;
}

async function logStates(command: Command): Promise<readonly LogState[]> {
  const [{ logs, records }, { toBase64 }] = await Promise.all([open(command), import('../../sdk/verify/bytes.ts')]);
  const origins = new Set((await logs.keys()).map(({ name }) => name));
  return Promise.all(
    Array.from(origins, async (origin) => {
      const [last, conflict] = await Promise.all([records.last(origin), records.conflict(origin)]);
      return {
        origin,
        size: last && String(last.size),
        root: last && toBase64(last.root),
        cosigned_at: last && new Date(Number(last.at) * 1_000).toISOString(),
        conflict,
      };
    }),
  );
}

function lineOf({ origin, size, root, cosigned_at, conflict }: LogState): string {
  const state = size === null ? 'nothing cosigned yet' : `${size} ${root} ${cosigned_at}`;
  return `${origin} ${state}${conflict === null ? '' : ` SPLIT VIEW, see ${conflict}`}`;
}

function addressOf(listen: string): { host: string; port: number } {
  const [, six, four, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):([0-9]{1,5})$/i.exec(listen) ?? [];
  const host = six ?? four;
  if (host === undefined || Number(port) > 65_535) throw new CliError(2, `--listen ${listen} is no host:port, such as 127.0.0.1:9090 or [::1]:9090`);
  return { host, port: Number(port) };
}

/** A name or a key that cannot be one is the user's to mend. */
async function inUsage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TypeError) throw new CliError(2, error.message);
    throw error;
  }
}
