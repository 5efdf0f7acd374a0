import { Badge, type Fact, Facts, html, Time, words } from '../../sdk/ui/index.ts';
import { say } from './messages.ts';
import type { ApprovalsNeeded } from './summary.ts';

/** Needed against received, and what the policy gave as its reasons. */
export function Approvals({ approvals }: { readonly approvals: ApprovalsNeeded }) {
  const { required, needed, received, given, reasons } = approvals;
  if (needed === 0 && given.length === 0) return html`<p>${say('approvals.none-needed')}</p>`;
  const filled = new Map(
    required.map((role) => [role, given.find(({ role: of, status, counts }) => of === role && status === 'approved' && counts)]),
  );
  const counted = new Set(filled.values());
  const facts: readonly Fact[] = [...filled].map(([role, approval]) => ({
    term: words(role),
    value: approval ? givenText(approval) : html`<${Badge} status="pending" text=${say('approvals.missing')} />`,
  }));
  const others: readonly Fact[] = given
    .filter((approval) => !counted.has(approval))
    .map((approval) => ({
      term: words(approval.role),
      value: html`${givenText(approval)} <span class="quiet">${say(approval.counts ? 'approvals.extra' : 'approvals.earlier')}</span>`,
    }));
  return html`<p>${say('approvals.of', { received, needed })}</p>
    <${Facts} facts=${[...facts, ...others]} />
    ${
      reasons.length > 0 &&
      html`<div><h3>${say('approvals.why')}</h3>
        <ul class="reasons">${reasons.map(({ rule, message }) => html`<li key=${rule + message}>${message} <code>${rule}</code></li>`)}</ul></div>`
    }`;
}

function givenText({ status, approver, created_at }: ApprovalsNeeded['given'][number]) {
  return html`<${Badge} status=${status} /> ${approver} <span class="quiet"><${Time} at=${created_at} /></span>`;
}
