import type { Disclosure } from './bundle.ts';
import { sha256, toBase64Url, utf8 } from './bytes.ts';
import type { Findings } from './findings.ts';

/** What a commitment stands for; value null where it was erased. */
export interface Opened {
  readonly name: string;
  readonly value: string | null;
}

/** `SHA-256(b64url(JSON [salt, name, value]))`, base64url, as SD-JWT (RFC 9901, section 4.2) digests a disclosure. */
export async function commitmentOf(salt: string, name: string, value: string): Promise<string> {
  return toBase64Url(await sha256(utf8(toBase64Url(utf8(JSON.stringify([salt, name, value]))))));
}

/**
 * Recomputes each commitment from what is disclosed of it.
 * @param required commitments of the receipts: each has its disclosure
 * @param permitted commitments of masked policy inputs, which receipts bind by the digest of the input
 */
export async function openDisclosures(
  disclosures: readonly Disclosure[],
  { required, permitted }: { required: ReadonlySet<string>; permitted: ReadonlySet<string> },
  findings: Findings,
): Promise<ReadonlyMap<string, Opened>> {
  const opened = new Map<string, Opened>();
  const problems = await Promise.all(disclosures.map(problemOf));
  for (const [index, { commitment, name, value }] of disclosures.entries()) {
    const path = `disclosures[${index}]`;
    if (opened.has(commitment)) findings.add('INVALID', 'doubled-disclosure', `${path}: ${commitment} is disclosed twice`, path);
    else if (!required.has(commitment) && !permitted.has(commitment)) {
      findings.add('INVALID', 'stray-disclosure', `${path}: no receipt has the commitment ${commitment}`, path);
    }
    opened.set(commitment, { name, value });
    const problem = problems[index] ?? null;
    if (problem !== null) findings.add('INVALID', 'commitment-differs', `${path}: ${problem}`, path);
  }
  for (const commitment of required) {
    if (!opened.has(commitment)) {
      findings.add('INVALID', 'disclosure-missing', `the commitment ${commitment} of a receipt has no disclosure`, 'disclosures');
    }
  }
  return opened;
}

/** With a salt of less than 128 bits a value could be guessed, and so a guess be passed off as a disclosure. */
const SALT = /^[A-Za-z0-9_-]{22,}$/;

async function problemOf({ commitment, name, salt, value }: Disclosure): Promise<string | null> {
  if (salt === null && value === null) return null;
  if (salt === null || value === null) return `the ${name} is erased by half`;
  if (!SALT.test(salt)) return `the salt of the ${name} has less than 128 bits`;
  const recomputed = await commitmentOf(salt, name, value);
  return recomputed === commitment ? null : `the ${name} that is disclosed has the commitment ${recomputed}, the receipt has ${commitment}`;
}
