import { Badge, Facts, html, type RecordProps, Time } from '@summit/sdk/ui';
import { say } from './messages.ts';
import type { Request } from './request.ts';

/** How the access was opened, and when it ends. */
export function Execution({ record: { execution } }: RecordProps<Request>) {
  return html`<h2>${say('execution.title')}</h2>${execution ? html`<${Facts} facts=${factsOf(execution)} />` : html`<p class="quiet">${say('execution.none')}</p>`}`;
}

function factsOf(execution: NonNullable<Request['execution']>) {
  const { success, error, executor, target_executor, started_at, finished_at, expires_at, revoked_at } = execution;
  const outcome = html`<${Badge} status=${success ? 'ok' : 'failed'} text=${say(success ? 'execution.success' : 'execution.failure')} />`;
  return [
    { term: say('execution.outcome'), value: outcome },
    { term: say('execution.executor'), value: executor },
    { term: say('execution.target_executor'), value: target_executor },
    { term: say('execution.started_at'), value: html`<${Time} at=${started_at} />` },
    { term: say('execution.finished_at'), value: html`<${Time} at=${finished_at} />` },
    ...(expires_at === null ? [] : [{ term: say('execution.expires_at'), value: html`<${Time} at=${expires_at} />` }]),
    ...(revoked_at === null ? [] : [{ term: say('execution.revoked_at'), value: html`<${Time} at=${revoked_at} />` }]),
    ...(error === null ? [] : [{ term: say('execution.error'), value: error, wide: true }]),
  ];
}
