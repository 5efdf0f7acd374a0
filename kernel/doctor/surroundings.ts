import { lookup } from 'node:dns/promises';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { SignInClients } from '../identity/sign-in-clients.ts';
import { type Finding, findingsOf } from './finding.ts';

const MIB = 1024 * 1024;
/** The embedded database needs room for what it writes ahead; with PostgreSQL there are keys and a lock here, and little else. */
const ROOM_EMBEDDED = 1024 * MIB;
const ROOM = 64 * MIB;

/** What this machine has to offer: room, folders that can be written, and names that lead somewhere. */
export async function examineSurroundings(config: Config): Promise<readonly Finding[]> {
  return [
    dataDirFinding(config),
    ...guardFindings(config),
    ...(await webhookFindings(config)),
    ...(await signInFindings(config)),
    ...demoFindings(config),
  ];
}

function dataDirFinding({ dataDir, environment }: Config): Finding {
  const { ok, failed } = findingsOf('data-directory');
  const mend = 'Give the user that the server runs as a writable volume there, or set SUMMIT_DATA_DIR to one.';
  if (!isWritable(dataDir)) return failed(`${dataDir} cannot be written`, mend);
  const { bavail, bsize } = statfsSync(nearest(dataDir));
  const free = bavail * bsize;
  const needed = environment.DATABASE_URL === undefined ? ROOM_EMBEDDED : ROOM;
  const room = `${Math.floor(free / MIB)} MiB free`;
  return free < needed ? failed(`${dataDir} has ${room}, of at least ${needed / MIB}`, 'Make room, or a larger volume.') : ok(`${dataDir}, ${room}`);
}

function guardFindings({ log: { guard } }: Config): readonly Finding[] {
  if (!('folder' in guard) || isWritable(guard.folder)) return [];
  return [
    findingsOf('guard').failed(
      `${guard.folder} (log.guard.folder) cannot be written`,
      'Mount it for the user that the server runs as: without it nothing is signed.',
    ),
  ];
}

async function webhookFindings({ tenants }: Config): Promise<readonly Finding[]> {
  const endpoints = tenants.flatMap(({ id: tenant, webhooks = [] }) => webhooks.map(({ id, url }) => ({ name: `${tenant}/${id}`, url })));
  const found = (await Promise.all(endpoints.map(({ name, url }) => unresolved(name, new URL(url))))).flat();
  if (endpoints.length === 0 || found.length > 0) return found;
  return [findingsOf('webhooks').ok(`${endpoints.length} endpoints, whose names all lead somewhere`)];
}

async function unresolved(name: string, { hostname }: URL): Promise<readonly Finding[]> {
  try {
    await lookup(hostname.replace(/^\[|\]$/g, ''));
    return [];
  } catch (error) {
    const detail = `${name}: ${hostname} leads nowhere: ${(error as Error).message}`;
    return [findingsOf('webhooks').failed(detail, 'Mend the URL in the tenant file, or the name.')];
  }
}

/** Whether the issuers where people sign in say how to. */
function signInFindings({ signIns }: Config): Promise<readonly Finding[]> {
  const clients = new SignInClients();
  return Promise.all(
    signIns.map(async (signIn) => {
      const { ok, unreachable } = findingsOf('sign-in');
      const { id, of } = signIn;
      try {
        await clients.of(signIn);
        return ok(`${id}: ${of.issuer} says how to sign in there`);
      } catch (error) {
        const { cause } = error as Error;
        const why = cause instanceof Error ? cause.message : String(cause);
        return unreachable(
          `${id}: ${of.issuer} does not say how to sign in there: ${why}`,
          'Start what does not answer, or mend issuer: it must be as the provider calls itself.',
        );
      }
    }),
  );
}

/** Said once, so that nobody waits for it. */
function demoFindings({ environment, tenants }: Config): readonly Finding[] {
  const demos = environment.NODE_ENV === 'production' ? tenants.flatMap(({ id, demo }) => (demo ? [id] : [])) : [];
  if (demos.length === 0) return [];
  return [
    findingsOf('demonstrations').warning(
      `${demos.join(', ')}: "demo": true, and in production nothing is ever seeded`,
      'Take the tenant, or the word, out of its file.',
    ),
  ];
}

/** What is not there yet is made in the nearest folder that is. */
function nearest(path: string): string {
  return existsSync(path) ? path : nearest(dirname(path));
}

function isWritable(path: string): boolean {
  try {
    accessSync(nearest(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
