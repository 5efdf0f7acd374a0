import { Facts, html, type Item, type RecordProps, Timeline, words } from '../../sdk/ui/index.ts';
import { say } from '../messages.ts';

interface Approval {
  readonly id: string;
  readonly approver: string;
  readonly role: string;
  readonly status: 'approved' | 'rejected' | 'withdrawn';
  readonly comment: string | null;
  readonly created_at: string;
}

interface Approved extends Item {
  readonly required_approvals: readonly string[];
  readonly approvals: readonly Approval[];
}

/** Needed against received, role by role, and who said what. */
export default function Approvals({ record, list }: RecordProps<Approved>) {
  const { required_approvals: required, approvals, status } = record;
  const isFinal = list.transitions?.[String(status)]?.length === 0;
  const isOver = isFinal || approvals.some((approval) => approval.status === 'rejected');
  const filled = (role: string) => approvals.find((approval) => approval.role === role && approval.status === 'approved');
  return html`<h2>${say('approvals.by-role')}</h2>
    ${
      required.length === 0
        ? html`<p>${say('approvals.none-needed')}</p>`
        : html`<${Facts} facts=${required.map((role) => ({ term: words(role), value: stateOf(filled(role), isOver) }))} />`
    }
    <h2>${say('approvals.timeline')}</h2>
    ${
      approvals.length === 0
        ? html`<p class="quiet">${say('approvals.nobody-yet')}</p>`
        : html`<${Timeline}
            label=${say('approvals.timeline')}
            entries=${approvals.map(({ id, approver, role, status, comment, created_at }) => ({
              id,
              title: words(status),
              by: `${approver} ${say('approvals.as', { role: words(role) })}`,
              at: created_at,
              tone: status === 'approved' ? 'good' : 'bad',
              body: comment && html`<p>${comment}</p>`,
            }))}
          />`
    }`;
}

function stateOf(approval: Approval | undefined, isOver: boolean) {
  if (approval) return html`<span class="badge good">${say('approvals.received')}</span> ${approval.approver}`;
  return isOver ? html`<span class="badge">${say('approvals.not-given')}</span>` : html`<span class="badge doubt">${say('approvals.missing')}</span>`;
}
