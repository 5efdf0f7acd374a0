import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { canonicalJson, Problem } from '../../sdk/index.ts';
import type { ActionRunner } from '../action.ts';
import { KERNEL_PACK } from '../admission.ts';
import { type Config, ConfigError } from '../config/config.ts';
import type { TenantFile } from '../config/tenant.ts';
import { applyConfig } from '../core/apply-config.ts';
import { configurePolicy } from '../core/policy-activation.ts';
import type { Database } from '../database/database.ts';
import { isRetryable } from '../database/errors.ts';
import { createReader } from '../database/reader.ts';
import { enabledPacks } from '../packs/enabled.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { packErrorsIn } from '../packs/tenant-errors.ts';
import type { Bundle } from '../policy/bundle.ts';
import type { Bundles } from '../policy/bundles.ts';
import { distrust } from '../policy/signature.ts';
import { unmetIn } from '../skus/required.ts';
import { expandSkus } from '../skus/tenant-packs.ts';

const KNOWN_MS = 1_000;
/** Of replicas that start together each loses a race or two; who loses more often would lose for ever. */
const MAX_ATTEMPTS = 10;

/** The tenants that there are, and how configuration brings them about. */
export class Tenants {
  readonly #database: Database;
  readonly #runner: ActionRunner;
  readonly #packs: PackRegistry;
  readonly #bundles: Bundles;
  readonly #config: Pick<Config, 'policies'>;
  readonly #log: Logger;
  #ids: { readonly value: readonly string[]; readonly until: number } = { value: [], until: 0 };

  constructor(services: { database: Database; runner: ActionRunner; packs: PackRegistry; bundles: Bundles; config: Config; log: Logger }) {
    this.#database = services.database;
    this.#runner = services.runner;
    this.#packs = services.packs;
    this.#bundles = services.bundles;
    this.#config = services.config;
    this.#log = services.log.child({ service: 'tenancy' });
  }

  async ids(): Promise<readonly string[]> {
    if (this.#ids.until < performance.now()) {
      const rows = await this.#database.transaction('summit', 'read', (tx) => tx.query<{ id: string }>('SELECT id FROM tenants ORDER BY id'));
      this.#ids = { value: rows.map(({ id }) => id), until: performance.now() + KNOWN_MS };
    }
    return this.#ids.value;
  }

  /** @throws Problem `not-found` */
  async require(id: string): Promise<void> {
    if (!(await this.ids()).includes(id)) throw new Problem('not-found', `There is no tenant ${id}.`);
  }

  /**
   * Applies each file that differs from what was applied last, by a governed action with receipts.
   * @throws ConfigError where a file names settings that a pack refuses
   */
  async apply(files: readonly TenantFile[]): Promise<void> {
    const errors = files.flatMap((file) => packErrorsIn(file, this.#packs));
    if (errors.length > 0) throw new ConfigError(errors);
    for (const file of files) {
      await this.#applyOne(file);
      await this.#applyPolicies(file);
      await this.#warnOfUnmet(file.id);
    }
  }

  /** A file that has not changed is not applied again, also where a SKU that it enables has come to require more. */
  async #warnOfUnmet(tenant: string): Promise<void> {
    const enabled = await this.#database.transaction(tenant, 'read', (tx) => enabledPacks(createReader(tx, tenant)));
    for (const { pack, missing } of unmetIn(enabled, this.#packs))
      this.#log.warn({ tenant, pack, missing }, 'the tenant has a pack and not what that requires: enable what is missing, or a SKU once more');
  }

  async #applyOne(file: TenantFile, attempt = 1): Promise<void> {
    const applied = await this.#database.transaction(file.id, 'read', (tx) =>
      tx.query<{ file_digest: string }>('SELECT file_digest FROM tenant_configurations WHERE tenant_id = $1', [file.id]),
    );
    const { packs, unread } = expandSkus(file, this.#packs);
    // Applied while manifests could not be read, it is applied again once they can.
    const digest = unread.length === 0 ? digestOf(file) : digestOf({ file, unread });
    if (applied.some(({ file_digest }) => file_digest === digestOf(file) || file_digest === digest)) return;
    await this.#database.transaction(file.id, 'write', (tx) =>
      tx.commitWith('INSERT INTO tenants VALUES ($1, summit_now()) ON CONFLICT DO NOTHING', [file.id]),
    );
    try {
      const input = { digest, file: { ...file, packs }, undecided: unread.length > 0 };
      await this.#runner.runAsSystem(applyConfig, KERNEL_PACK, file.id, 'config', {}, input);
      this.#log.info({ tenant: file.id, digest, ...(unread.length > 0 ? { unread } : {}) }, 'tenant file applied');
    } catch (error) {
      // Another replica is applying the same file: what it wrote is what this one would have written.
      assertLost(error, attempt, `the file of tenant ${file.id} could not be applied`);
      return this.#applyOne(file, attempt + 1);
    }
  }

  /** What configuration says of a policy is applied when that changes; between its changes, what people have switched on stands. */
  async #applyPolicies(file: TenantFile, attempt = 1): Promise<void> {
    const { id: tenant, policies: pinned = {} } = file;
    const applied = await this.#database.transaction(tenant, 'read', (tx) =>
      tx.query<{ package: string; configured: string | null }>('SELECT package, configured FROM policies WHERE tenant_id = $1', [tenant]),
    );
    for (const name of new Set([...this.#bundles.configured.keys(), ...Object.keys(pinned)])) {
      const bundle = await this.#configured(tenant, name, pinned[name]);
      if (applied.some((policy) => policy.package === name && policy.configured === bundle.digest)) continue;
      try {
        await this.#runner.runAsSystem(configurePolicy, KERNEL_PACK, tenant, 'config', {}, { bundle });
        this.#log.info({ tenant, policy: name, digest: bundle.digest }, 'policy bundle applied');
      } catch (error) {
        // Another replica is applying the same, or an operator is at work: what is still to do is seen when it is looked at again.
        assertLost(error, attempt, `policy ${name} of tenant ${tenant} could not be switched to its bundle`);
        return this.#applyPolicies(file, attempt + 1);
      }
    }
  }

  /** @throws ConfigError for a pin on what the tenant does not have, or on what is not trusted */
  async #configured(tenant: string, name: string, pin: string | undefined): Promise<Bundle> {
    const ours = this.#bundles.configured.get(name);
    if (ours && (pin === undefined || pin === ours.digest)) return ours;
    const bundle = pin === undefined ? null : await this.#database.transaction(tenant, 'read', (tx) => this.#bundles.byDigest(tx, tenant, pin));
    if (bundle?.id !== name) throw new ConfigError([`tenant ${tenant}: policies.${name}: there is no bundle ${pin} of it: add it first`]);
    const why = distrust(bundle, this.#config.policies.trustedKeys);
    if (why) throw new ConfigError([`tenant ${tenant}: policies.${name}: the bundle ${pin} is refused: ${why}`]);
    return bundle;
  }
}

/** @throws Error for what is no lost race, and for one race too many */
function assertLost(error: unknown, attempt: number, what: string): void {
  if (!isRetryable(error)) throw error;
  if (attempt >= MAX_ATTEMPTS)
    throw new Error(`${what}, ${attempt} times over: something else changes what it would change, or has what it would take`, { cause: error });
}

function digestOf(value: object): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
