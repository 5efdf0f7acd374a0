import { bytes, Copyable, duration, Facts, Failure, html, Icon } from '../../sdk/ui/index.ts';
import type { Line } from '../../sdk/verify/index.ts';
import { say } from './messages.ts';
import type { Summary } from './summary.ts';
import type { BundleInHand, Report, Stage } from './use-bundle.ts';

/** The bundle: to verify here, to keep, and how it is verified where nobody needs to trust this page. */
export function VerificationPanel({ summary, bundle }: { readonly summary: Summary; readonly bundle: BundleInHand }) {
  const { stage, file, isBusy, verify, keep, stop } = bundle;
  const { verify: command, policy } = summary.bundle;
  return html`<section class="verification" aria-labelledby="verification-title">
    <h2 id="verification-title">${say('check')}</h2>
    <p>${say('check.about')} <span class="quiet">${say('check.trust')}</span></p>
    <div class="actions">
      <button type="button" class="button primary" disabled=${isBusy} onClick=${verify}>
        <${Icon} name="badge-check" /> ${say(stage.kind === 'verified' ? 'check.again' : 'check.run')}
      </button>
      <button type="button" class="button" disabled=${isBusy} onClick=${keep}><${Icon} name="download" /> ${say('file.download')}</button>
      ${isBusy && html`<button type="button" class="button" onClick=${stop}>${say('check.stop')}</button>`}
    </div>
    <div class="verification-progress" role="status">${isBusy ? html`<${Progress} stage=${stage} />` : stage.kind === 'stopped' && say('check.stopped')}</div>
    ${stage.kind === 'failed' && html`<${Failure} error=${stage.error} />`}
    ${stage.kind === 'verified' && html`<${Verdicts} report=${stage.report} seconds=${stage.seconds} />`}
    ${
      file &&
      html`<${Facts}
        facts=${[
          { term: say('file.name'), value: html`<code>${file.filename}</code> <span class="quiet">${bytes(file.bytes.length)}</span>`, wide: true },
          { term: say('file.sha256'), value: html`<${Copyable} text=${file.sha256} />`, wide: true },
        ]}
      />`
    }
    <div class="offline">
      <p>${say('file.offline')} (<a href=${policy} download=${keysName(command)}>${say('file.keys')}</a>):</p>
      <${Copyable} text=${command} />
    </div>
  </section>`;
}

/** As the command names it. */
function keysName(command: string): string {
  return /--policy (\S+)/.exec(command)?.[1] ?? '';
}

function Progress({ stage }: { readonly stage: Stage }) {
  const text = progressText(stage);
  const { received, total } = stage.kind === 'fetching' ? stage : { received: 0, total: null };
  return html`<label>${text} <progress max=${total ?? undefined} value=${total === null ? undefined : received}></progress></label>`;
}

function progressText(stage: Stage): string {
  if (stage.kind === 'waiting') return say('check.waiting');
  if (stage.kind !== 'fetching') return say('check.verifying');
  const received = bytes(stage.received);
  return stage.total === null ? say('check.fetching', { received }) : say('check.fetching-of', { received, total: bytes(stage.total) });
}

const MARKS = { good: 'circle-check', bad: 'circle-x', doubt: 'circle-alert' } as const;

function Verdicts({ report, seconds }: { readonly report: Report; readonly seconds: number }) {
  const { ok, title, lines, findings } = report;
  return html`<div class=${`verdicts ${ok ? 'good' : 'bad'}`} role="status" data-verified=${ok}>
    <h3><${Icon} name=${ok ? MARKS.good : MARKS.bad} /> ${say(ok ? 'check.verified' : 'check.not-verified')}</h3>
    <p class="quiet">${title}, ${say('check.took', { time: duration(seconds) })}</p>
    <dl>${lines.map((line) => html`<${Verdict} key=${line.name} line=${line} />`)}</dl>
    ${
      findings.length > 0 &&
      html`<h4>${say('check.findings')}</h4>
        <ul class="findings" tabindex="0">
          ${findings.map(({ verdict, code, message }, index) => html`<li key=${index}><strong>${verdict}</strong> <code>${code}</code> ${message}</li>`)}
        </ul>`
    }
  </div>`;
}

function Verdict({ line: { name, verdict, meaning, tone } }: { readonly line: Line }) {
  return html`<div>
    <dt>${name}</dt>
    <dd><span class=${`verdict ${tone}`}><${Icon} name=${MARKS[tone]} /> ${verdict}</span> ${meaning}.</dd>
  </div>`;
}
