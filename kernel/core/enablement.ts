import { change, create, defineAction, none, Problem, Strict, Type } from '../../sdk/index.ts';
import { PackEnablements } from '../database/tables.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { assertValid } from '../validation.ts';

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
      if (params.id !== tenant || !pack) throw new Problem('not-found', `There is no pack ${params.pack_id} in tenant ${params.id}.`);
      if (input.settings) assertValid(pack.settings, input.settings);
      const enabled = new Set((await db.find(PackEnablements, { status: 'enabled' })).map(({ pack_id }) => pack_id));
      const blocking = input.enabled
        ? Object.keys(pack.requires).filter((id) => !enabled.has(id))
        : packs.all.filter(({ id, requires }) => enabled.has(id) && pack.id in requires).map(({ id }) => id);
      if (blocking.length > 0) {
        throw new Problem(
          'conflict',
          input.enabled
            ? `The pack ${pack.id} requires ${blocking.join(', ')}: enable it first.`
            : `The packs ${blocking.join(', ')} require ${pack.id}: disable them first.`,
        );
      }
      const [known] = await db.find(PackEnablements, { pack_id: pack.id });
      return { pack, enablement: known ? await db.lock(PackEnablements, known.id) : null };
    },
    subject: ({ enablement }) => enablement,

    apply({ pack, enablement }, at) {
      const status = at.input.enabled ? 'enabled' : 'disabled';
      const settings = at.input.settings ?? enablement?.settings ?? {};
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
