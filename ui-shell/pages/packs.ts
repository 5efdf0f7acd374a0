import { Badge, Empty, Facts, html, Icon, type Item, Loaded, messagesOf, number, signedIn, useHappenings, useState } from '../../sdk/ui/index.ts';
import { Done, Governed, WhoMay } from '../governed.ts';
import { type Installed, type InstalledPack, useInstalled } from '../operations.ts';
import { refreshCatalog } from '../session.ts';
import { SkuContents } from '../sku-contents.ts';

const say = messagesOf({
  title: 'Packs',
  intro: 'What this tenant works with. Switched off, a pack’s pages, actions and jobs are gone at once; what it has recorded stays.',
  enabled: 'enabled',
  disabled: 'not enabled',
  failed: 'Packs that did not load',
  'failed-body': 'They are off for every tenant until the server starts with them mended.',
  none: 'No packs are installed.',
  switching: 'Enabling, disabling and configuring packs',
  requires: 'Requires',
  'requires-nothing': 'nothing',
  'required-by': 'Required by',
  declares: 'What it declares',
  actions: 'Actions',
  policies: 'Policies',
  evidence: 'Evidence',
  dashboards: 'Dashboards',
  jobs: 'Jobs',
  meters: 'Meters',
  entities: 'Types of records',
  enable: 'Enable {title}',
  disable: 'Disable {title}',
  settings: 'Settings of {title}',
  'enable-does': 'Its pages, its {actions} actions and its {jobs} jobs work for {tenant} from now on.',
  'enable-missing': 'It requires {packs}, which must be enabled first.',
  'enable-all': 'All that it contains works for {tenant} from now on.',
  'enable-brings': 'Enabled with it, each with a receipt: {packs}.',
  'disable-all': 'The packs that it requires stay as they are for {tenant}. Each can then be disabled by itself.',
  'disable-does':
    'Its pages, its {actions} actions and its {jobs} jobs stop for {tenant} at once. What it has recorded stays, and is there again when it is enabled.',
  'disable-dependent': '{packs} requires it and must be disabled first.',
  save: 'Save the settings',
  'settings-does': 'Kept for {tenant}, and used from the next action on. A change has a receipt.',
});

/** What is installed, what of it the tenant uses, and the switches for it. */
export default function Packs() {
  const installed = useInstalled();
  useHappenings((happening) => {
    if (happening === null || happening.subject.type === 'pack-enablement') installed.reload();
  });
  const again = () => {
    installed.reload();
    refreshCatalog().catch(reportError);
  };
  return html`<header class="page-head"><h1>${say('title')}</h1></header>
    <p class="quiet">${say('intro')}</p>
    <${WhoMay} action="tenant.set-pack" title=${say('switching')} />
    <${Loaded} of=${installed}>${(value: Installed) => html`<${Shown} installed=${value} again=${again} />`}<//>`;
}

function Shown({ installed, again }: { readonly installed: Installed; readonly again: () => void }) {
  const { items, failed } = installed;
  return html`${items.length === 0 && failed.length === 0 && html`<${Empty} title=${say('none')} />`}
    ${
      failed.length > 0 &&
      html`<section class="part failed-packs">
        <h2>${say('failed')}</h2>
        <p>${say('failed-body')}</p>
        <${Facts} facts=${failed.map(({ id, reason }) => ({ term: id, wide: true, value: html`<span class="verdict bad"><${Icon} name="circle-x" /> ${reason}</span>` }))} />
      </section>`
    }
    <ul class="packs">${skusFirst(items).map((pack) => html`<li key=${pack.id}><${Pack} pack=${pack} all=${items} again=${again} /></li>`)}</ul>`;
}

/** What was bought, and then what it consists of. */
function skusFirst(packs: readonly InstalledPack[]): readonly InstalledPack[] {
  return [...packs.filter(({ sku }) => sku), ...packs.filter(({ sku }) => !sku)];
}

interface PackProps {
  readonly pack: InstalledPack;
  readonly all: readonly InstalledPack[];
  readonly again: () => void;
}

function Pack({ pack, all, again }: PackProps) {
  const { id, title, version, enabled, requires } = pack;
  const dependent = all.filter((other) => id in other.requires);
  const [receipt, setReceipt] = useState<string | null>(null);
  const done = (given: string) => {
    setReceipt(given);
    again();
  };
  const needs = Object.entries(requires).map(([name, range]) => `${name} ${range}`);
  return html`<section class="pack-entry" aria-labelledby=${`pack-${id}`}>
    <header>
      <h2 id=${`pack-${id}`}>${title} <span class="quiet">${version}</span></h2>
      <${Badge} status=${enabled ? 'enabled' : 'disabled'} text=${say(enabled ? 'enabled' : 'disabled')} />
    </header>
    <${Facts} facts=${[
      { term: say('requires'), value: needs.length === 0 ? html`<span class="quiet">${say('requires-nothing')}</span>` : needs.join(', ') },
      ...(dependent.length === 0 ? [] : [{ term: say('required-by'), value: dependent.map((other) => other.title).join(', ') }]),
    ]} />
    ${pack.sku ? html`<${SkuContents} id=${id} counts=${pack.sku} per=${enabledIn(all)} />` : html`<${Declares} pack=${pack} />`}
    <div class="actions"><${Switches} pack=${pack} all=${all} done=${done} /></div>
    <${Done} receipt=${receipt} />
  </section>`;
}

/** What a SKU says of its parts changes with it. */
function enabledIn(packs: readonly InstalledPack[]): string {
  return packs
    .filter(({ enabled }) => enabled)
    .map(({ id }) => id)
    .join();
}

function Declares({ pack }: { readonly pack: InstalledPack }) {
  const titled = (items: readonly { readonly id: string; readonly title: string }[]) => items.map((item) => item.title);
  const parts: readonly (readonly [string, readonly string[]])[] = [
    [say('actions'), titled(pack.actions)],
    [say('policies'), pack.policies.map(({ bundle }) => bundle)],
    [say('evidence'), titled(pack.evidence)],
    [say('dashboards'), titled(pack.dashboards)],
    [say('entities'), pack.entities.map(({ type }) => type)],
    [say('jobs'), titled(pack.jobs)],
    [say('meters'), titled(pack.meters)],
  ];
  const there = parts.filter(([, names]) => names.length > 0);
  const summary = there.map(([title, names]) => `${title} ${number(names.length)}`).join(' · ');
  return html`<details>
    <summary>${say('declares')} <span class="quiet">${summary}</span></summary>
    <${Facts} facts=${there.map(([term, names]) => ({ term: `${term} (${number(names.length)})`, value: html`<ul>${names.map((name) => html`<li key=${name}>${name}</li>`)}</ul>` }))} />
  </details>`;
}

interface SwitchesProps {
  readonly pack: InstalledPack;
  readonly all: readonly InstalledPack[];
  readonly done: (receipt: string) => void;
}

function Switches({ pack, all, done }: SwitchesProps) {
  const { id, title, enabled, requires, settings, tenant_settings } = pack;
  const { tenant } = signedIn();
  const told = { title, tenant: tenant.title, actions: pack.actions.filter(({ route }) => route).length, jobs: pack.jobs.length };
  const missing = all.filter((other) => other.id in requires && !other.enabled).map((other) => other.title);
  const dependent = all.filter((other) => other.enabled && id in other.requires).map((other) => other.title);
  const change = { action: 'tenant.set-pack', method: 'PUT', path: `/tenants/${tenant.id}/packs/${id}`, onDone: done, untold: true } as const;
  const fields = Object.keys(settings.properties ?? {});
  if (!enabled) {
    // What it cannot do without is asked for now.
    const asked = fields.length === 0 ? {} : { schema: settings, initial: tenant_settings, below: 'settings', wide: true };
    return html`<${Governed} ...${change} ...${asked} title=${say('enable', told)} tone="primary" input=${(filled: Item) => enabling(fields, filled)}>
      <p>${say(pack.sku ? 'enable-all' : 'enable-does', told)}</p>
      ${missing.length > 0 && (pack.sku ? html`<p>${say('enable-brings', { packs: missing.join(', ') })}</p>` : html`<p class="verdict doubt"><${Icon} name="circle-alert" /> ${say('enable-missing', { packs: missing.join(', ') })}</p>`)}
    <//>`;
  }
  return html`${
    fields.length > 0 &&
    html`<${Governed} ...${change} title=${say('settings', told)} submitLabel=${say('save')} schema=${settings} initial=${tenant_settings} below="settings" wide=${true} input=${(filled: Item) => enabling(fields, filled)}>
      <p>${say('settings-does', told)}</p>
    <//>`
  }
  <${Governed} ...${change} title=${say('disable', told)} tone="danger" input=${() => ({ enabled: false })}>
    <p>${say(pack.sku ? 'disable-all' : 'disable-does', told)}</p>
    ${dependent.length > 0 && html`<p class="verdict doubt"><${Icon} name="circle-alert" /> ${say('disable-dependent', { packs: dependent.join(', ') })}</p>`}
  <//>`;
}

function enabling(fields: readonly string[], settings: Item): Item {
  return fields.length === 0 ? { enabled: true } : { enabled: true, settings };
}
