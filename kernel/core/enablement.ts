import { change, create, defineAction, none, type Pack, Problem, Strict, Type } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import { PackEnablements, TenantConfigurations } from '../database/tables.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { settingsErrorsOf } from '../packs/settings.ts';
import { invalidInput } from '../validation.ts';

/** `PUT /tenants/:id/packs/:pack_id`: an operator switches a pack on or off, or changes its settings. */
export function setPackEnablement(packs: PackRegistry) {
  return defineAction({
    id: 'tenant.set-pack',
    title: 'Enable, disable or configure a pack',
    route: { method: 'PUT', path: '/tenants/:id/packs/:pack_id' },
    roles: ['operator'],
    input: Strict({ enabled: Type.Boolean(), settings: Type.Optional(Type.Record(Type.String(), Type.Unknown())) }),
    entity: PackEnablements,
    from: ['enabled', 'disabled'],
    policy: none('the operator role decides; settings are checked by the schema of the pack'),

    async load({ db, tenant, params, input }) {
      const pack = packs.find(params.pack_id ?? '');
      if (params.id !== tenant || !pack || pack.id === KERNEL_PACK)
        throw new Problem('not-found', `There is no pack ${params.pack_id} in tenant ${params.id}.`);
      // One change of enablement at a time, so that two cannot each see the other's requirement met.
      const [configuration] = await db.find(TenantConfigurations, {});
      if (configuration) await db.lock(TenantConfigurations, configuration.id);
      const enabled = (await db.find(PackEnablements, { status: 'enabled' })).map(({ pack_id }) => pack_id);
      assertNothingMissing(packs, pack, enabled, input.enabled);
      const [known] = await db.find(PackEnablements, { pack_id: pack.id });
      const settings = input.settings ?? known?.settings ?? {};
      if (input.enabled) assertSettings(pack, settings);
      return { pack, settings, enablement: known ? await db.lock(PackEnablements, known.id) : null };
    },
    params: ({ tenant_id, pack_id }) => ({ id: tenant_id, pack_id }),
    subject: ({ enablement }) => enablement,

    apply({ pack, settings, enablement }, at) {
      const status = at.input.enabled ? 'enabled' : 'disabled';
      const subject = enablement
        ? change(PackEnablements, at, enablement, { status, settings })
        : create(PackEnablements, at, { id: at.subjectId, status, pack_id: pack.id, settings });
      return {
        subjects: [subject],
        edges: none('packs are no nodes of the graph'),
        usage: none('configuration is not metered'),
        answer: { id: pack.id, enabled: at.input.enabled, settings, version: subject.after.version },
      };
    },
  });
}

/** @throws Problem `invalid-input`, listing every error */
function assertSettings(pack: Pack, settings: Readonly<Record<string, unknown>>): void {
  const errors = settingsErrorsOf(pack, settings).map(({ path, message }) => ({ path: `settings.${path}`, message }));
  if (errors.length > 0) throw invalidInput(errors);
}

/** @throws Problem `conflict` naming the packs that are in the way */
function assertNothingMissing(packs: PackRegistry, pack: Pack, enabled: readonly string[], enable: boolean): void {
  if (enable) {
    const missing = Object.keys(pack.requires).filter((id) => !enabled.includes(id));
    if (missing.length > 0) throw new Problem('conflict', `The pack ${pack.id} requires ${missing.join(', ')}: enable it first.`);
    return;
  }
  const dependent = packs.all.filter(({ id, requires }) => enabled.includes(id) && pack.id in requires).map(({ id }) => id);
  if (dependent.length > 0) throw new Problem('conflict', `${dependent.join(', ')} requires ${pack.id}: disable it first.`);
}
