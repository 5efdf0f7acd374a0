import { Badge, Facts, html, Loaded, messagesOf, number, pageAt, signedIn, useResource, useState } from '../sdk/ui/index.ts';

const say = messagesOf({
  contains: 'What it contains',
  features: 'Features',
  policies: 'Policies',
  dashboards: 'Dashboards',
  evidence: 'Evidence',
  missing: 'not enabled',
  'by-bundle': 'decided by bundle {version}',
});

interface Part {
  readonly id: string;
  readonly title: string;
  readonly enabled: boolean;
  readonly method: string | null;
  readonly path: string | null;
}

/** Of `GET /skus/:id`, what is shown. */
interface Sku {
  readonly features: readonly { readonly id: string; readonly title: string; readonly description: string; readonly enabled: boolean }[];
  readonly policies: readonly {
    readonly id: string;
    readonly enabled: boolean;
    readonly active: { readonly digest: string; readonly version: string } | null;
  }[];
  readonly dashboards: readonly Part[];
  readonly evidence: readonly Part[];
}

/** Of a SKU as its manifest has it: so much of each. */
export interface SkuCounts {
  readonly features: readonly unknown[];
  readonly policies: readonly unknown[];
  readonly dashboards: readonly unknown[];
  readonly evidence: readonly unknown[];
}

/** What is sold under the name of a SKU; asked for once somebody wants to see it. @param per what else the answer hangs on */
export function SkuContents({ id, counts, per }: { readonly id: string; readonly counts: SkuCounts; readonly per: string }) {
  const [open, setOpen] = useState(false);
  const sku = useResource<Sku>(open ? `/skus/${id}` : null, { per });
  const names = ['features', 'policies', 'dashboards', 'evidence'] as const;
  const summary = names.map((name) => `${say(name)} ${number(counts[name].length)}`).join(' · ');
  return html`<details onToggle=${({ currentTarget }: Event) => setOpen(currentTarget instanceof HTMLDetailsElement && currentTarget.open)}>
    <summary>${say('contains')} <span class="quiet">${summary}</span></summary>
    ${open && html`<${Loaded} of=${sku}>${(value: Sku) => html`<${Contents} sku=${value} />`}<//>`}
  </details>`;
}

function Contents({ sku: { features, policies, dashboards, evidence } }: { readonly sku: Sku }) {
  const mine = signedIn().packs.flatMap((pack) => pack.dashboards.map((dashboard) => dashboard.id));
  const facts = [
    {
      term: say('features'),
      wide: true,
      value: features.map((feature) => item(feature, html`<strong>${feature.title}</strong> <span class="quiet">${feature.description}</span>`)),
    },
    { term: say('policies'), value: policies.map((policy) => item(policy, html`${policy.id} <${Bundle} of=${policy.active} />`)) },
    {
      term: say('dashboards'),
      // Those that the role may see are links.
      value: dashboards.map((board) =>
        item(board, mine.includes(board.id) ? html`<a href=${pageAt(`/dashboards/${board.id}`)}>${board.title}</a>` : board.title),
      ),
    },
    {
      term: say('evidence'),
      wide: true,
      value: evidence.map((proof) => item(proof, html`${proof.title} <code>${proof.method} ${proof.path}</code>`)),
    },
  ];
  return html`<${Facts} facts=${facts.map(({ value, ...fact }) => ({ ...fact, value: html`<ul>${value}</ul>` }))} />`;
}

function item({ id, enabled }: { readonly id: string; readonly enabled: boolean }, shown: unknown) {
  return html`<li key=${id}>${shown} ${!enabled && html`<${Badge} status="disabled" text=${say('missing')} />`}</li>`;
}

function Bundle({ of: active }: { readonly of: { readonly digest: string; readonly version: string } | null }) {
  return active && html`<a class="quiet" href=${pageAt(`/policy-bundles/${active.digest}`)}>${say('by-bundle', { version: active.version })}</a>`;
}
