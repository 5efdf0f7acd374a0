import { existsSync } from 'node:fs';
import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';
import { isNone, type Pack } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import { KERNEL_OWNER } from '../database/migrate.ts';
import { isSchedule } from '../jobs/schedule.ts';
import { errorsIn } from '../validation.ts';

const ICONS = new URL('../../node_modules/lucide-static/icons/', import.meta.url);

/**
 * What no schema of a manifest can say, in words: that versions fit, and that what it names is there. Whatever would later end
 * the boot, or stop what all packs share, is found here.
 */
export function faultsOf(pack: Pack, kernelVersion: string): readonly string[] {
  return [
    ...nameFaults(pack),
    ...rangeFaults(pack, kernelVersion),
    ...settingsFaults(pack),
    ...referenceFaults(pack),
    ...scheduleFaults(pack),
    ...viewFaults(pack),
  ];
}

/** What the kernel keeps of its own is kept under these. */
export const KERNEL_NAMES: readonly string[] = [KERNEL_PACK, KERNEL_OWNER];

function nameFaults({ id }: Pack): readonly string[] {
  return KERNEL_NAMES.includes(id) ? [`"${id}" is what the kernel itself is called: give it another id`] : [];
}

function rangeFaults({ summit, requires }: Pack, kernelVersion: string): readonly string[] {
  const unreadable = Object.entries({ summit, ...requires }).flatMap(([id, range]) =>
    validRange(range) === null ? [`"${range}" is no range of versions of ${id}: say one such as ^1.0.0`] : [],
  );
  if (unreadable.length > 0 || satisfies(kernelVersion, summit)) return unreadable;
  return [`it needs Summit ${summit}, this is ${kernelVersion}: take a version of it that is for this Summit`];
}

/** Its defaults and its errors are asked of it for each tenant, at boot. */
function settingsFaults({ settings }: Pack): readonly string[] {
  try {
    errorsIn(settings, {});
    return [];
  } catch (error) {
    return [`its settings are no JSON Schema: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function referenceFaults({ actions, queries, evidence, effects, jobs, policies, views: { lists = [] } = {} }: Pack): readonly string[] {
  const outcomes = effects.flatMap(({ id, outcome, givesUp }) =>
    [...(isNone(outcome) ? [] : [outcome]), ...(givesUp ? [givesUp.action] : [])].map((action) => ({ what: `the effect "${id}"`, action })),
  );
  const runs = jobs.map(({ id, action }) => ({ what: `the job "${id}"`, action }));
  const entrypoints = policies.flatMap((policy) => policy.entrypoints);
  return [
    ...actions.flatMap(({ id, policy }) =>
      // What is to be masked, and which bundle it takes, its policies say.
      isNone(policy) || entrypoints.includes(policy.entrypoint)
        ? []
        : [`the action "${id}" asks ${policy.entrypoint}, which is not among the entrypoints of its pack's policies`],
    ),
    ...[...outcomes, ...runs].flatMap(({ what, action }) =>
      actions.includes(action) ? [] : [`${what} names the action "${action.id}", which is not among its actions`],
    ),
    ...lists.flatMap(({ list }) => (queries.includes(list) ? [] : [`a view shows the list "${list.id}", which is not among its queries`])),
    ...lists.flatMap((view) =>
      view.evidence && !evidence.includes(view.evidence)
        ? [`the view of "${view.list.id}" names the evidence "${view.evidence.id}", which is not among its evidence`]
        : [],
    ),
  ];
}

function scheduleFaults({ jobs }: Pack): readonly string[] {
  return jobs.flatMap(({ id, schedule }) =>
    isSchedule(schedule) ? [] : [`the job "${id}" never runs: "${schedule}" is no cron expression such as "*/5 * * * *"`],
  );
}

/** Without its icon no part of the Switchboard would build. */
function viewFaults({ views: { workspace = {} } = {} }: Pack): readonly string[] {
  const { icon } = workspace;
  if (icon === undefined || existsSync(new URL(`${icon}.svg`, ICONS))) return [];
  return [`its workspace has the icon "${icon}", which lucide does not have: see https://lucide.dev/icons`];
}
