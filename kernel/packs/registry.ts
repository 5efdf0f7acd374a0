import type { Action, Meter, Pack, Query, UsageType } from '../../sdk/index.ts';
import { type ResolvedSku, resolveSkus } from '../skus/resolve.ts';
import { conflictsWith } from './conflicts.ts';

/** Why a pack is not there, in words for /readyz, the log and the Switchboard. */
export interface FailedPack {
  readonly id: string;
  readonly reason: string;
  /** It did not come so far as to say what it is called, so that its id is the name of its folder. */
  readonly guessed?: true;
}

type ActionOf = { readonly kind: 'action'; readonly pack: string; readonly operation: Action };
type QueryOf = { readonly kind: 'query'; readonly pack: string; readonly operation: Query };
export type Operation = ActionOf | QueryOf;

/** How a pack answers when other applications ask about a type of resource (AuthZEN). */
export interface AnsweringPolicy {
  readonly pack: string;
  readonly entrypoint: string;
  readonly mask: readonly string[];
}

/** The packs that loaded, in the order of their dependencies, and those that did not. */
export class PackRegistry {
  readonly #packs: Map<string, Pack>;
  readonly #failed: FailedPack[];
  readonly #folders: ReadonlyMap<string, string>;
  readonly #unusable: Map<string, Pack>;
  #operations: readonly Operation[] | null = null;
  #usageTypes: ReadonlyMap<string, { readonly pack: string; readonly usage: UsageType }> | null = null;
  #relationships: Readonly<Record<string, string>> | null = null;
  #answers: ReadonlyMap<string, AnsweringPolicy> | null = null;
  #skus: readonly ResolvedSku[] | null = null;
  #answering: (pack: Pack) => readonly Query[] = () => {
    throw new TypeError('evidence and dashboards are answered once the kernel has installed its own pack');
  };

  /** @param folders by pack, where its files lie @param unusable those of the failed that say what they are */
  constructor(packs: readonly Pack[], failed: readonly FailedPack[], folders: ReadonlyMap<string, string>, unusable: readonly Pack[] = []) {
    this.#folders = folders;
    this.#unusable = new Map(unusable.map((pack) => [pack.id, pack]));
    this.#packs = new Map(packs.map((pack) => [pack.id, pack]));
    this.#failed = [...failed];
  }

  get all(): readonly Pack[] {
    return [...this.#packs.values()];
  }

  get failed(): readonly FailedPack[] {
    return this.#failed;
  }

  find(id: string): Pack | undefined {
    return this.#packs.get(id);
  }

  /** What a pack declares, also where it cannot be used; undefined where it is not known. */
  declared(id: string): Pack | undefined {
    return this.#packs.get(id) ?? this.#unusable.get(id);
  }

  /** Where the files of a pack lie; undefined for the kernel's own. */
  folderOf(id: string): string | undefined {
    return this.#folders.get(id);
  }

  /** For tests: before anything was made of the packs, puts something else in the place of what each declares. */
  rig(change: (pack: Pack) => Pack): void {
    for (const pack of this.all) this.#packs.set(pack.id, change(pack));
  }

  /**
   * Puts the kernel's own pack before all others, and takes out those that declare what it does.
   * @param answering makes the queries that answer what a pack declares beside its own
   */
  install(core: Pack, answering: (pack: Pack) => readonly Query[]): void {
    for (const pack of this.all) {
      const conflicts = conflictsWith(pack, [core]);
      if (conflicts.length > 0) this.fail(pack.id, conflicts.join('; '));
    }
    const packs = this.all;
    this.#answering = answering;
    this.#packs.clear();
    for (const pack of [core, ...packs]) this.#packs.set(pack.id, pack);
    this.#forget();
  }

  /** Takes out a pack that cannot work, and every pack that requires it. */
  fail(id: string, reason: string): void {
    const pack = this.#packs.get(id);
    if (!pack) return;
    this.#packs.delete(id);
    this.#unusable.set(id, pack);
    this.#failed.push({ id, reason });
    this.#forget();
    for (const { id: dependent, requires } of this.all) {
      if (Object.hasOwn(requires, id)) this.fail(dependent, `it requires ${id}, which failed: ${reason}`);
    }
  }

  /** What is worked out of the packs is worked out anew. */
  #forget(): void {
    this.#operations = null;
    this.#usageTypes = null;
    this.#relationships = null;
    this.#answers = null;
    this.#skus = null;
  }

  /** Every action and query; each declaration of evidence or a dashboard is a query of its pack, and is switched off with it. */
  get operations(): readonly Operation[] {
    this.#operations ??= this.all.flatMap((pack) => [
      ...pack.actions.map((operation) => ({ kind: 'action' as const, pack: pack.id, operation })),
      ...[...pack.queries, ...this.#answering(pack)].map((operation) => ({ kind: 'query' as const, pack: pack.id, operation })),
    ]);
    return this.#operations;
  }

  action(id: string): ActionOf | undefined {
    return this.operations.find((one): one is ActionOf => one.kind === 'action' && one.operation.id === id);
  }

  query(id: string): QueryOf | undefined {
    return this.operations.find((one): one is QueryOf => one.kind === 'query' && one.operation.id === id);
  }

  /**
   * JSON pointers to what a policy sees of its input and no record keeps in clear: as the pack says whose action asks, or who
   * has it answer others. What another pack masks is another's.
   */
  maskOf(asking: string, entrypoint: string): readonly string[] {
    const policies = this.find(asking)?.policies ?? [];
    return policies.flatMap(({ entrypoints, mask = [] }) => (entrypoints.includes(entrypoint) ? mask : []));
  }

  /** By type of resource, of which only one pack may have it. */
  get answers(): ReadonlyMap<string, AnsweringPolicy> {
    this.#answers ??= new Map(
      this.all.flatMap(({ id, policies }) =>
        policies
          .flatMap(({ answers = {} }) => Object.entries(answers))
          .map(([type, entrypoint]) => [type, { pack: id, entrypoint, mask: this.maskOf(id, entrypoint) }] as const),
      ),
    );
    return this.#answers;
  }

  /** Every SKU that loaded, resolved. @throws ConfigError naming each name that nothing provides */
  skus(): readonly ResolvedSku[] {
    this.#skus ??= resolveSkus(this);
    return this.#skus;
  }

  /** Every type of usage event, with the pack that declares it. */
  get usageTypes(): ReadonlyMap<string, { readonly pack: string; readonly usage: UsageType }> {
    this.#usageTypes ??= new Map(this.all.flatMap(({ id, usage }) => usage.map((type) => [type.type, { pack: id, usage: type }] as const)));
    return this.#usageTypes;
  }

  get meters(): readonly Meter[] {
    return this.all.flatMap(({ meters }) => meters);
  }

  /** Every relationship, with the name it has from the other end. */
  get relationships(): Readonly<Record<string, string>> {
    this.#relationships ??= Object.assign({}, ...this.all.map(({ relationships }) => relationships)) as Readonly<Record<string, string>>;
    return this.#relationships;
  }
}
