import { assertKept } from './audit/acknowledged.ts';
import { assertWhole } from './audit/half-done.ts';
import { assertHealthy } from './audit/indicators.ts';
import { Auditor } from './auditor.ts';
import type { Ledger } from './ledger.ts';
import { Random } from './random.ts';
import type { Fault, Scene, Stage } from './scene.ts';
import { allReady, stillUnderway } from './settled.ts';
import { Site } from './site.ts';
import { Traffic } from './traffic.ts';

/** The site is in use before it breaks, and is to be again afterwards. */
const WRITES_BEFORE = 40;
const WRITES_AFTER = 40;
const RECOVERY_MS = 120_000;

/** What became of a fault. */
export interface Outcome {
  readonly fault: Fault;
  /** In words. */
  readonly done: string;
  readonly ledger: Ledger | null;
  /** How many leaves the log had in the end. */
  readonly leaves: number;
  readonly findings: readonly string[];
}

/** @param closing takes what must be put away, whatever ends this @throws Missing */
export async function rehearse(fault: Fault, seed: number, short: boolean, closing: (close: () => Promise<void>) => void): Promise<Outcome> {
  const stage = await fault.stage();
  closing(() => stage.close());
  const site = await Site.open(stage.site);
  closing(() => site.close());
  const random = new Random(seed);
  const traffic = new Traffic(site, random, fault.stories);
  const auditor = await Auditor.pin(site, random);
  const findings: string[] = [];
  const scene: Scene = { site, traffic, auditor, random, short, found: (what) => findings.push(what) };
  auditor.watch();
  traffic.start();
  await traffic.ledger.more(WRITES_BEFORE, RECOVERY_MS);
  const done = await stage.strike(scene);
  await recovered(scene);
  await traffic.stop();
  const leaves = await audit(scene, stage);
  findings.push(...site.replicas.flatMap(({ crashes }) => crashes));
  return { fault, done, ledger: traffic.ledger, leaves, findings: [...traffic.ledger.surprises, ...auditor.findings, ...findings] };
}

/** By itself: nobody restarts anything, and nobody tells anybody that it is over. */
async function recovered({ site, traffic, found }: Scene): Promise<void> {
  try {
    await allReady(site, RECOVERY_MS);
    await traffic.ledger.more(WRITES_AFTER, RECOVERY_MS);
  } catch (error) {
    found(`it does not recover: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whatever one part of it finds, the others are looked at too. @returns how many leaves the log has */
async function audit({ site, traffic, auditor, found, ...scene }: Scene, stage: Stage): Promise<number> {
  const part = async <T>(name: string, look: () => Promise<T>): Promise<T | null> => {
    try {
      return await look();
    } catch (error) {
      found(`${name} could not be audited: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  };
  const findings = async (name: string, look: () => Promise<readonly string[]>) => (await part(name, look))?.forEach(found);
  await findings('what is underway', () => stillUnderway(site, RECOVERY_MS));
  await auditor.stop();
  await findings('a restart', () => restarted(site));
  const leaves = (await part('the log', () => auditor.readAll())) ?? [];
  await findings('what was acknowledged', () => assertKept(site, traffic.ledger, auditor, leaves));
  await findings('what is there', () => assertWhole(site, traffic.ledger));
  await findings('the fault', async () => (await stage.audit?.({ site, traffic, auditor, found, ...scene })) ?? []);
  await findings('what Summit says of itself', () => assertHealthy(site));
  return leaves.length;
}

/**
 * Each replica stops as it should, whatever it has been through, and starts again. At a start receipts are compared at once, which
 * they are otherwise each minute: it is made due here, so that what the indicator says is of now.
 */
async function restarted(site: Site): Promise<readonly string[]> {
  const codes: (number | string)[] = [];
  for (const replica of site.replicas) {
    codes.push(await replica.stop());
    await site.query("UPDATE receipt_comparisons SET compared_at = '-infinity' WHERE compared_at <= now()");
    await replica.start();
  }
  return codes.flatMap((code, index) => (code === 0 ? [] : [`${site.replicas[index]?.name} was told to stop and ended with ${code}`]));
}
