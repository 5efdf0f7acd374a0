import { change, create, defineAction, type LockingReader, none, type Pack, Problem, type Row, Strict, Type } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import { PackEnablements, TenantConfigurations } from '../database/tables.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { settingsErrorsOf, unrecordableIn } from '../packs/settings.ts';
import { requiredBy } from '../skus/required.ts';
import { type FieldError, invalidInput, inWords } from '../validation.ts';

/**
 * `PUT /tenants/:id/packs/:pack_id`: an operator switches a pack on or off, or changes its settings. A SKU brings along what
 * it requires and is not on yet, each with the settings that it had and a receipt of its own; switched off, it leaves them on.
 */
export function setPackEnablement(packs: PackRegistry) {
  return defineAction({
    id: 'tenant.set-pack',
    title: 'Enable, disable or configure a pack',
    route: { method: 'PUT', path: '/tenants/:id/packs/:pack_id' },
    roles: ['operator'],
    input: Strict({ enabled: Type.Boolean(), settings: Type.Optional(Type.Record(Type.String(), Type.Unknown())) }),
    answer: Strict({
      id: Type.String(),
      enabled: Type.Boolean(),
      settings: Type.Record(Type.String(), Type.Unknown()),
      version: Type.Integer({ minimum: 1 }),
      also_enabled: Type.Array(Type.String(), { description: 'Packs that a SKU requires and that were not enabled before' }),
    }),
    entity: PackEnablements,
    from: ['enabled', 'disabled'],
    policy: none('the operator role decides; settings are checked by the schema of the pack'),

    async load({ db, tenant, params, input }) {
      const pack = packs.find(params.pack_id ?? '');
      if (params.id !== tenant || !pack || pack.id === KERNEL_PACK)
        throw new Problem('not-found', `There is no pack ${params.pack_id} in tenant ${params.id}.`);
      assertRecordable(input.settings ?? {});
      // One change of enablement at a time, so that two cannot each see the other's requirement met.
      const [configuration] = await db.find(TenantConfigurations, {});
      if (configuration) await db.lock(TenantConfigurations, configuration.id);
      const known = await db.find(PackEnablements, {});
      const enabled = known.filter(({ status }) => status === 'enabled').map(({ pack_id }) => pack_id);
      const brought = input.enabled && pack.sku ? broughtAlong(packs, pack, enabled) : [];
      if (input.enabled) {
        assertNothingMissing(pack, [...enabled, ...brought.map(({ id }) => id)]);
        assertSettings(pack, brought, known, input.settings);
      } else assertNotRequired(packs, pack, enabled);
      const locked = await lock(db, known, [pack, ...brought]);
      return {
        pack,
        enablement: locked.get(pack.id) ?? null,
        brought: brought.map(({ id }) => ({ id, enablement: locked.get(id) ?? null })),
      };
    },
    params: ({ tenant_id, pack_id }) => ({ id: tenant_id, pack_id }),
    subject: ({ enablement }) => enablement,

    apply({ pack, enablement, brought }, at) {
      const { enabled, settings = enablement?.settings ?? {} } = at.input;
      const status = enabled ? 'enabled' : 'disabled';
      const own = enablement
        ? change(PackEnablements, at, enablement, { status, settings })
        : create(PackEnablements, at, { id: at.subjectId, status, pack_id: pack.id, settings });
      const others = brought.map((other) =>
        other.enablement
          ? change(PackEnablements, at, other.enablement, { status: 'enabled', settings: other.enablement.settings })
          : create(PackEnablements, at, { id: at.newId(), status: 'enabled', pack_id: other.id, settings: {} }),
      );
      return {
        subjects: [own, ...others],
        edges: none('packs are no nodes of the graph'),
        usage: none('configuration is not metered'),
        answer: { id: pack.id, enabled, settings, version: own.after.version, also_enabled: brought.map(({ id }) => id) },
      };
    },
  });
}

type Enablement = Row<typeof PackEnablements>;

/** What a SKU requires and the tenant has not enabled, what is required first. */
function broughtAlong(packs: PackRegistry, sku: Pack, enabled: readonly string[]): readonly Pack[] {
  const required = requiredBy(sku, packs);
  return packs.all.filter(({ id }) => required.has(id) && !enabled.includes(id));
}

/** In the order of ids. @returns by pack; those that the tenant never had are left out */
async function lock(db: LockingReader, known: readonly Enablement[], packs: readonly Pack[]): Promise<ReadonlyMap<string, Enablement>> {
  const locked = new Map<string, Enablement>();
  const changing = known.filter(({ pack_id }) => packs.some(({ id }) => id === pack_id)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  for (const { id, pack_id } of changing) locked.set(pack_id, await db.lock(PackEnablements, id));
  return locked;
}

/** @throws Problem `invalid-input`, also of a pack that is switched off */
function assertRecordable(settings: Enablement['settings']): void {
  const errors = unrecordableIn(settings).map((error) => ({ ...error, path: `settings.${error.path}` }));
  if (errors.length > 0) throw invalidInput(errors);
}

/** @throws Problem `invalid-input`, listing every error: of a pack that is brought along, by its name */
function assertSettings(pack: Pack, brought: readonly Pack[], known: readonly Enablement[], given: Enablement['settings'] | undefined): void {
  const current = ({ id }: Pack) => known.find(({ pack_id }) => pack_id === id)?.settings ?? {};
  const own = errorsAt('settings', pack, given ?? current(pack));
  const others = brought.flatMap((other) => errorsAt(`packs.${other.id}.settings`, other, current(other)));
  const errors = [...own, ...others];
  if (errors.length === 0) return;
  const mend = others.length > 0 ? `. Enable first, with its settings, what ${pack.id} requires and cannot be enabled without any` : '';
  throw new Problem('invalid-input', `${inWords(errors)}${mend}`, { errors });
}

function errorsAt(path: string, pack: Pack, settings: Enablement['settings']): readonly FieldError[] {
  return settingsErrorsOf(pack, settings).map((error) => ({ ...error, path: `${path}.${error.path}` }));
}

/** @throws Problem `conflict` naming the packs that must be enabled first */
function assertNothingMissing(pack: Pack, enabled: readonly string[]): void {
  const missing = Object.keys(pack.requires).filter((id) => !enabled.includes(id));
  if (missing.length > 0) throw new Problem('conflict', `The pack ${pack.id} requires ${missing.join(', ')}: enable it first.`);
}

/** @throws Problem `conflict` naming the packs that must be disabled first */
function assertNotRequired(packs: PackRegistry, pack: Pack, enabled: readonly string[]): void {
  const dependent = packs.all.filter(({ id, requires }) => enabled.includes(id) && Object.hasOwn(requires, pack.id)).map(({ id }) => id);
  if (dependent.length > 0) throw new Problem('conflict', `${dependent.join(', ')} requires ${pack.id}: disable it first.`);
}
