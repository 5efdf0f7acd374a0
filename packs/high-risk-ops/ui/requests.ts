import { Countdown, defineRecordView, duration, html, type Item, Time, words } from '@summit/sdk/ui';
import { Execution } from './execution.ts';
import { say } from './messages.ts';
import type { Request } from './request.ts';

export default defineRecordView<Request>({
  name: ({ target, duration_minutes }) => say('name', { target, minutes: duration_minutes }),
  headline: (request) => html`<span>${typeOf(request)}</span><span>${environmentOf(request)}</span>
    <span>${say('asked-by', { requester: request.requester })}</span>${endOf(request)}`,
  cells: { type: typeOf },
  overview: (request) => [
    { term: say('field.type'), value: typeOf(request) },
    { term: say('field.target'), value: request.target },
    { term: say('field.environment'), value: environmentOf(request) },
    { term: say('field.duration'), value: duration(request.duration_minutes * 60) },
    { term: say('field.requester'), value: request.requester },
    { term: say('field.created_at'), value: html`<${Time} at=${request.created_at} />` },
    { term: say('field.justification'), value: request.justification ?? say('justification.erased'), wide: true },
  ],
  more: Execution,
  forms: {
    'high-risk-ops.request.create': {
      type: { label: say('field.type'), fixed: say('type.TEMP_DB_READ_ACCESS') },
      target: { hint: say('hint.target'), options: { path: '/packs', of: targetsIn } },
      environment: { hint: say('hint.environment'), initial: 'prod' },
      duration_minutes: { label: say('field.duration_minutes'), hint: say('hint.duration_minutes') },
      justification: { hint: say('hint.justification') },
    },
    'high-risk-ops.request.reject': { comment: { label: say('reason.reject'), hint: say('hint.reject') } },
  },
});

function typeOf({ type }: Request): string {
  return type === 'TEMP_DB_READ_ACCESS' ? say('type.TEMP_DB_READ_ACCESS') : words(type.toLowerCase());
}

function environmentOf({ environment }: Request): string {
  return environment === 'prod' ? say('environment.prod') : environment;
}

function endOf({ status, execution }: Request) {
  return status === 'executed' && execution?.expires_at ? html`<${Countdown} to=${execution.expires_at} prefix=${say('expires-in')} />` : null;
}

interface Configured {
  readonly id: string;
  readonly tenant_settings: { readonly targets?: Readonly<Record<string, unknown>> };
}

/** Those that the tenant has configured, as `GET /packs` tells. */
function targetsIn({ items }: Item) {
  const { tenant_settings } = (items as readonly Configured[]).find(({ id }) => id === 'high-risk-ops') ?? {};
  return Object.keys(tenant_settings?.targets ?? {})
    .sort()
    .map((target) => ({ value: target, text: target }));
}
