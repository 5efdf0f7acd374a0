import { Badge, Copyable, duration, Facts, html, Loaded, listAt, pageOfItem, useResource, useState } from '../../sdk/ui/index.ts';
import { say } from './messages.ts';
import type { Receipt } from './receipt.ts';

/** As `GET /policy-decisions/:id` answers it, as far as it is told here. */
interface Decision {
  readonly id: string;
  readonly policy: string;
  readonly bundle_digest: string;
  readonly bundle_version: string | null;
  readonly allowed: boolean;
  readonly outcome: 'allowed' | 'denied' | 'error';
  readonly reasons: readonly { readonly rule: string; readonly message: string }[];
  readonly input: unknown;
  readonly duration_ns: number;
}

/** The decisions behind a receipt. They are asked for when somebody wants to see them. */
export function Decisions({ receipt: { decision_ids: ids, outcome } }: { readonly receipt: Receipt }) {
  const [wanted, setWanted] = useState(false);
  if (ids.length === 0) return html`<p class="quiet">${say('decision.none')}</p>`;
  const single = say(outcome === 'denied' ? 'decision.denied' : 'decision.allowed');
  const onToggle = ({ currentTarget }: Event) => {
    if (currentTarget instanceof HTMLDetailsElement && currentTarget.open) setWanted(true);
  };
  return html`<details class="decisions" onToggle=${onToggle}>
    <summary>${ids.length === 1 ? single : say('decision.several', { count: ids.length })}</summary>
    ${wanted && ids.map((id) => html`<${DecisionPanel} key=${id} id=${id} />`)}
  </details>`;
}

function DecisionPanel({ id }: { readonly id: string }) {
  const decision = useResource<Decision>(`/policy-decisions/${id}`);
  return html`<div class="decision"><${Loaded} of=${decision}>${(found: Decision) => html`<${Told} decision=${found} />`}<//></div>`;
}

const NS_A_SECOND = 1e9;
const SHOWN_OF_DIGEST = 12;

function Told({ decision }: { readonly decision: Decision }) {
  const { policy, bundle_digest: digest, bundle_version: version, outcome, reasons, input, duration_ns } = decision;
  const list = listAt('/policy-decisions');
  const href = list && pageOfItem(list, { id: decision.id });
  return html`<p><${Badge} status=${outcome} text=${say(`decision.verdict-${outcome}`)} /></p>
    ${
      reasons.length === 0
        ? html`<p class="quiet">${say('decision.no-reasons')}</p>`
        : html`<ul class="reasons" aria-label=${say('decision.reasons')}>
            ${reasons.map(({ rule, message }) => html`<li key=${rule + message}>${message} <code>${rule}</code></li>`)}
          </ul>`
    }
    <${Facts}
      facts=${[
        { term: say('decision.policy'), value: html`<code>${policy}</code>`, wide: true },
        { term: say('decision.bundle'), value: html`${version} <${Copyable} text=${digest} shown=${`${digest.slice(0, SHOWN_OF_DIGEST)}…`} />` },
        { term: say('decision.took'), value: duration(duration_ns / NS_A_SECOND) },
      ]}
    />
    <details>
      <summary>${say('decision.input')}</summary>
      <pre class="json" tabindex="0">${JSON.stringify(input, null, 2)}</pre>
    </details>
    ${href && html`<p><a href=${href}>${say('decision.open')}</a></p>`}`;
}
