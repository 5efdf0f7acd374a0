import {
  Empty,
  Facts,
  fillPath,
  html,
  Loaded,
  type RecordProps,
  shownValue,
  useEffect,
  useHappenings,
  useResource,
  words,
} from '../../sdk/ui/index.ts';
import { ActionsTable } from '../evidence/actions-table.ts';
import { Approvals } from '../evidence/approvals-needed.ts';
import { say } from '../evidence/messages.ts';
import type { Summary } from '../evidence/summary.ts';
import { useBundle } from '../evidence/use-bundle.ts';
import { VerificationPanel } from '../evidence/verification.ts';

/** So often it is looked whether the log has taken up what waits. */
const LOOK_AGAIN_MS = 2_000;

/** What was done, what proves it, and whether that holds. */
export default function EvidenceTab({ names, list }: RecordProps) {
  const summary = useResource<Summary>(`${fillPath(list.evidence ?? '', names)}?format=summary`);
  const { value, at, reload } = summary;
  useHappenings((happening) => {
    if (happening === null || value?.subjects.some(({ id }) => id === happening.subject.id)) reload();
  });
  const waits = value !== null && value.counts.logged < value.counts.receipts;
  // Each answer, with the time that it came at, lets the next look begin.
  useEffect(() => {
    if (!waits) return;
    const timer = setTimeout(reload, LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [waits, at]);
  return html`<${Loaded} of=${summary}>${(found: Summary) => html`<${Shown} summary=${found} />`}<//>`;
}

function Shown({ summary }: { readonly summary: Summary }) {
  const bundle = useBundle(summary);
  const { actions, approvals, counts } = summary;
  const sums = Object.entries(summary.summary).filter(([, { value }]) => value !== null);
  if (actions.length === 0) return html`<${Empty} title=${say('actions.none')} />`;
  return html`<${VerificationPanel} summary=${summary} bundle=${bundle} />
    <section class="part">
      <h2>${say('actions')}</h2>
      <p class="quiet">
        ${say('counts.receipts', { logged: counts.logged, receipts: counts.receipts })}${counts.missing > 0 && html`, <strong class="error">${say('counts.missing', { missing: counts.missing })}</strong>`}
      </p>
      <${ActionsTable} summary=${summary} verification=${bundle.verification} />
    </section>
    <section class="part"><h2>${say('approvals')}</h2><${Approvals} approvals=${approvals} /></section>
    ${
      sums.length > 0 &&
      html`<section class="part"><h2>${say('summary')}</h2>
        <${Facts} facts=${sums.map(([name, { value }]) => ({ term: words(name), value: shownValue(value, name, undefined) }))} /></section>`
    }`;
}
