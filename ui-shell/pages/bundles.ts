import {
  Badge,
  Copyable,
  defineRecordView,
  Facts,
  html,
  Icon,
  Loaded,
  messagesOf,
  pageAt,
  type RecordProps,
  signedIn,
  Time,
  useResource,
  useState,
  words,
} from '../../sdk/ui/index.ts';
import { Done, Governed } from '../governed.ts';
import { manifestsOf, useInstalled } from '../operations.ts';
import { Source } from '../source.ts';

const say = messagesOf({
  'title.id': 'Policy',
  'title.active': 'Decides',
  'title.added_at': 'Added',
  package: 'Rego package',
  version: 'Version',
  digest: 'Digest',
  opa: 'Compiled by OPA',
  entrypoints: 'Entrypoints',
  signed: 'Signed by',
  unsigned: 'nobody',
  added: 'Added',
  active: 'decides now',
  inactive: 'does not decide',
  proposed: 'proposed',
  decides: 'What it decides',
  'decides-none': 'No pack that is installed asks this policy.',
  pack: 'Pack',
  asks: 'Asked when',
  switch: 'Switching',
  'is-active': 'This bundle decides {policy}. To change that, switch on another one.',
  'other-active': 'Another bundle decides {policy} now:',
  'none-active': 'No bundle decides {policy} yet: what it would judge is refused.',
  'is-proposed': 'It is proposed, and waits for somebody else, a security officer, to confirm it. Until then nothing changes.',
  'other-proposed': 'Another bundle is proposed for {policy}:',
  'own-proposal': 'You have proposed it, so somebody else must confirm.',
  activate: 'Switch on',
  'activate-does':
    'From its commit on, version {version} decides what {policy} judges. It is tried first on what was decided since it came in. Where two people must agree, it is proposed.',
  confirm: 'Confirm',
  'confirm-does': 'You agree that version {version} decides what {policy} judges, from now on.',
  withdraw: 'Withdraw the proposal',
  'withdraw-does': 'What decided before still does.',
  decisions: 'Decisions that it made',
  backtest: 'Try it on all that was decided',
  sources: 'Rules',
  'no-sources': 'It was added without its rules: only what they compile to is here.',
  data: 'Data',
  'no-data': 'It has none.',
  lines: '{count} lines',
});

interface Bundle {
  readonly [field: string]: unknown;
  readonly id: string;
  readonly version: string;
  readonly digest: string;
  readonly opa: string;
  readonly entrypoints: readonly string[];
  readonly signed_by: string | null;
  readonly added_at: string;
  readonly active: boolean;
  /** Of one bundle only, not of those in the list. */
  readonly sources?: Readonly<Record<string, string>>;
  readonly data?: string | null;
}

interface Policy {
  readonly id: string;
  readonly package: string;
  readonly status: string;
  readonly digest: string | null;
  readonly candidate: string | null;
  readonly proposed_by_id: string | null;
}

export default defineRecordView<Bundle>({
  name: ({ id, version }) => `${id} ${version}`,
  titles: { id: say('title.id'), active: say('title.active'), added_at: say('title.added_at') },
  cells: {
    active: ({ active }) => html`<${Deciding} active=${active} />`,
    digest: ({ digest }) => html`<code title=${digest}>${digest.slice(0, 12)}</code>`,
    signed_by: ({ signed_by }) => signed_by ?? html`<span class="quiet">${say('unsigned')}</span>`,
  },
  headline: ({ active }) => html`<${Deciding} active=${active} />`,
  overview: ({ id, version, digest, opa, entrypoints, signed_by, added_at }) => [
    { term: say('package'), value: html`<code>${id}</code>` },
    { term: say('version'), value: version },
    { term: say('opa'), value: opa },
    { term: say('entrypoints'), value: entrypoints.map((entrypoint) => html`<code key=${entrypoint}>${entrypoint}</code> `) },
    { term: say('signed'), value: signed_by ?? say('unsigned') },
    { term: say('added'), value: html`<${Time} at=${added_at} />` },
    { term: say('digest'), wide: true, value: html`<${Copyable} text=${digest} />` },
  ],
  more: More,
});

function Deciding({ active }: { readonly active: boolean }) {
  return html`<${Badge} status=${active ? 'active' : 'inactive'} text=${say(active ? 'active' : 'inactive')} />`;
}

function More({ record, reload }: RecordProps<Bundle>) {
  const { digest, sources = {}, data = null } = record;
  return html`<div class="actions">
      <a class="button" href=${pageAt('/policy-decisions', { bundle_digest: digest })}><${Icon} name="list" /> ${say('decisions')}</a>
      <a class="button" href=${pageAt('/policy-backtests/new', { candidate: digest })}><${Icon} name="refresh-cw" /> ${say('backtest')}</a>
    </div>
    <${Switching} bundle=${record} reload=${reload} />
    <${Decides} bundle=${record} />
    <section class="part">
      <h2>${say('sources')}</h2>
      ${Object.keys(sources).length === 0 && html`<p class="quiet">${say('no-sources')}</p>`}
      ${ownFirst(record.id, sources).map(
        ({ path, text, isOwn }) => html`<details key=${path} open=${isOwn} class="file">
          <summary><h3><code>${path}</code></h3> <span class="quiet">${say('lines', { count: text.trimEnd().split('\n').length })}</span></summary>
          <${Source} text=${text} label=${path} />
        </details>`,
      )}
    </section>
    <section class="part">
      <h2>${say('data')}</h2>
      ${data === null || data.trim() === '{}' ? html`<p class="quiet">${say('no-data')}</p>` : html`<${Source} text=${readable(data)} label=${say('data')} />`}
    </section>`;
}

/** The rules of the policy itself, and then what they use. */
function ownFirst(id: string, sources: Readonly<Record<string, string>>) {
  const folder = `${id.replaceAll('.', '/')}/`;
  const files = Object.entries(sources).map(([path, text]) => ({ path, text, isOwn: path.startsWith(folder) }));
  return files.toSorted((a, b) => Number(b.isOwn) - Number(a.isOwn) || a.path.localeCompare(b.path));
}

function readable(data: string): string {
  return JSON.stringify(JSON.parse(data), null, 2);
}

/** Which packs ask it, and when. */
function Decides({ bundle }: { readonly bundle: Bundle }) {
  const installed = useInstalled();
  return html`<section class="part">
    <h2>${say('decides')}</h2>
    <${Loaded} of=${installed}>
      ${(value: NonNullable<typeof installed.value>) => {
        const asking = manifestsOf(value).flatMap(({ title, actions }) => {
          const found = actions.filter(({ policy }) => 'entrypoint' in policy && bundle.entrypoints.includes(policy.entrypoint));
          return found.length === 0 ? [] : [{ title, found }];
        });
        if (asking.length === 0) return html`<p class="quiet">${say('decides-none')}</p>`;
        return html`<${Facts} facts=${asking.map(({ title, found }) => ({ term: title, value: html`<ul>${found.map((action) => html`<li key=${action.id}>${action.title}</li>`)}</ul>` }))} />`;
      }}
    <//>
  </section>`;
}

function Switching({ bundle, reload }: { readonly bundle: Bundle; readonly reload: () => void }) {
  const policies = useResource<{ readonly items: readonly Policy[] }>('/policies');
  const [receipt, setReceipt] = useState<string | null>(null);
  const done = (given: string) => {
    setReceipt(given);
    policies.reload();
    reload();
  };
  return html`<section class="part">
    <h2>${say('switch')}</h2>
    <${Loaded} of=${policies}>
      ${({ items }: { readonly items: readonly Policy[] }) => html`<${Switches} bundle=${bundle} policy=${items.find((policy) => policy.package === bundle.id) ?? null} done=${done} />`}
    <//>
    <${Done} receipt=${receipt} />
  </section>`;
}

const comment = { properties: { comment: { type: 'string', maxLength: 2_000 } } } as const;

interface SwitchesProps {
  readonly bundle: Bundle;
  readonly policy: Policy | null;
  readonly done: (receipt: string) => void;
}

function Switches({ bundle, policy, done }: SwitchesProps) {
  const { id, version, digest } = bundle;
  const told = { policy: id, version };
  if (policy?.digest === digest) return html`<p>${say('is-active', told)}</p>`;
  const activate = html`<div class="actions"><${Governed} action="policy.activate" title=${say('activate')} method="POST" path=${`/policy-bundles/${digest}/activate`} schema=${comment} tone="primary" onDone=${done}>
    <p>${say('activate-does', told)}</p>
  <//></div>`;
  if (policy?.candidate !== digest) {
    return html`${
      policy?.digest
        ? html`<p>${say('other-active', told)} <a href=${pageAt(`/policy-bundles/${policy.digest}`)}><code>${policy.digest.slice(0, 12)}</code></a></p>`
        : html`<p>${say('none-active', told)}</p>`
    }
    ${policy?.candidate && html`<p>${say('other-proposed', told)} <a href=${pageAt(`/policy-bundles/${policy.candidate}`)}><code>${policy.candidate.slice(0, 12)}</code></a></p>`}
    ${activate}`;
  }
  const isOwn = policy.proposed_by_id === signedIn().user.id;
  return html`<p><${Badge} status="pending_confirmation" text=${words(say('proposed'))} /> ${say('is-proposed')}</p>
    ${isOwn && html`<p class="quiet">${say('own-proposal')}</p>`}
    <div class="actions">
      ${
        !isOwn &&
        html`<${Governed} action="policy.confirm" title=${say('confirm')} method="POST" path=${`/policies/${policy.id}/confirm`} schema=${comment} tone="primary"
          input=${(filled: object) => ({ ...filled, digest })} onDone=${done}><p>${say('confirm-does', told)}</p><//>`
      }
      <${Governed} action="policy.withdraw" title=${say('withdraw')} method="POST" path=${`/policies/${policy.id}/withdraw`} schema=${comment} tone="danger" onDone=${done}>
        <p>${say('withdraw-does')}</p>
      <//>
    </div>`;
}
