import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { ActionRunner } from '../action.ts';
import { KERNEL_PACK } from '../admission.ts';
import { ConfigError } from '../config/config.ts';
import type { TenantFile } from '../config/tenant.ts';
import { applyConfig } from '../core/apply-config.ts';
import { configurePolicy } from '../core/policy-activation.ts';
import type { Database } from '../database/database.ts';
import { isRetryable } from '../database/errors.ts';
import type { PackRegistry } from '../packs/registry.ts';
import type { Bundles } from '../policy/bundles.ts';
import { canonicalJson } from '../receipts/canonical.ts';
import { errorsIn } from '../validation.ts';

const KNOWN_MS = 1_000;

/** The tenants that there are, and how configuration brings them about. */
export class Tenants {
  readonly #database: Database;
  readonly #runner: ActionRunner;
  readonly #packs: PackRegistry;
  readonly #bundles: Bundles;
  readonly #log: Logger;
  #ids: { readonly value: readonly string[]; readonly until: number } = { value: [], until: 0 };

  constructor(services: { database: Database; runner: ActionRunner; packs: PackRegistry; bundles: Bundles; log: Logger }) {
    this.#database = services.database;
    this.#runner = services.runner;
    this.#packs = services.packs;
    this.#bundles = services.bundles;
    this.#log = services.log.child({ service: 'tenancy' });
  }

  async ids(): Promise<readonly string[]> {
    if (this.#ids.until < performance.now()) {
      const rows = await this.#database.transaction('summit', 'read', (tx) => tx.query<{ id: string }>('SELECT id FROM tenants ORDER BY id'));
      this.#ids = { value: rows.map(({ id }) => id), until: performance.now() + KNOWN_MS };
    }
    return this.#ids.value;
  }

  /**
   * Applies each file that differs from what was applied last, by a governed action with receipts.
   * @throws ConfigError where a file names settings that a pack refuses
   */
  async apply(files: readonly TenantFile[]): Promise<void> {
    const errors = files.flatMap((file) => this.#packErrors(file));
    if (errors.length > 0) throw new ConfigError(errors);
    for (const file of files) {
      await this.#applyOne(file);
      await this.#applyPolicies(file);
    }
  }

  async #applyOne(file: TenantFile): Promise<void> {
    const digest = createHash('sha256').update(canonicalJson(file)).digest('hex');
    const applied = await this.#database.transaction(file.id, 'read', (tx) =>
      tx.query<{ file_digest: string }>('SELECT file_digest FROM tenant_configurations WHERE tenant_id = $1', [file.id]),
    );
    if (applied[0]?.file_digest === digest) return;
    await this.#database.transaction(file.id, 'write', (tx) =>
      tx.commitWith('INSERT INTO tenants VALUES ($1, summit_now()) ON CONFLICT DO NOTHING', [file.id]),
    );
    try {
      await this.#runner.runAsSystem(applyConfig, KERNEL_PACK, file.id, 'config', {}, { digest, file });
      this.#log.info({ tenant: file.id, digest }, 'tenant file applied');
    } catch (error) {
      // Another replica is applying the same file: what it wrote is what this one would have written.
      if (!isRetryable(error)) throw error;
      return this.#applyOne(file);
    }
  }

  /** What configuration says of a policy is applied when that changes; between its changes, what people have switched on stands. */
  async #applyPolicies({ id: tenant, policies: pinned = {} }: TenantFile): Promise<void> {
    const ours = [...this.#bundles.configured.values()].map(({ id, digest }) => [id, digest] as const);
    const wanted = Object.entries({ ...Object.fromEntries(ours), ...pinned });
    const applied = await this.#database.transaction(tenant, 'read', (tx) =>
      tx.query<{ package: string; configured: string | null }>('SELECT package, configured FROM policies WHERE tenant_id = $1', [tenant]),
    );
    for (const [name, digest] of wanted) {
      if (applied.some((policy) => policy.package === name && policy.configured === digest)) continue;
      await this.#assertKept(tenant, name, digest);
      try {
        await this.#runner.runAsSystem(configurePolicy, KERNEL_PACK, tenant, 'config', {}, { package: name, digest });
        this.#log.info({ tenant, policy: name, digest }, 'policy bundle applied');
      } catch (error) {
        if (!isRetryable(error)) throw error;
        // Another replica has applied the same.
      }
    }
  }

  async #assertKept(tenant: string, name: string, digest: string): Promise<void> {
    const bundle = await this.#database.transaction(tenant, 'read', (tx) => this.#bundles.byDigest(tx, digest));
    if (bundle?.id !== name) throw new ConfigError([`tenant ${tenant}: policies.${name}: there is no bundle ${digest} of it: add it first`]);
  }

  #packErrors({ id, packs }: TenantFile): readonly string[] {
    const enabled = Object.entries(packs).filter(([, pack]) => pack.enabled);
    return enabled.flatMap(([packId, { settings = {} }]) => {
      const pack = this.#packs.find(packId);
      if (!pack) {
        // A pack that failed to load is reported elsewhere; its tenants keep their settings for when it is mended.
        return this.#packs.failed.some((failed) => failed.id === packId) ? [] : [`tenant ${id}: packs.${packId}: no such pack is configured`];
      }
      const missing = Object.keys(pack.requires).filter((required) => !packs[required]?.enabled);
      return [
        ...missing.map((required) => `tenant ${id}: packs.${packId} requires ${required}: enable it too`),
        ...errorsIn(pack.settings, structuredClone(settings)).map(({ path, message }) => `tenant ${id}: packs.${packId}.settings.${path} ${message}`),
      ];
    });
  }
}
