import type { ListView, Query, Views } from '../../sdk/index.ts';
import { ApiTokenRows } from '../database/api-token-tables.ts';
import { Alerts } from '../database/tables.ts';
import { WebhookDeliveries } from '../database/webhook-tables.ts';

/** How the Switchboard shows what the kernel itself offers. Its modules are the shell's. @param queries of the kernel's pack */
export function coreViews(queries: readonly Query[]): Views {
  const listed = (id: string, view: Omit<ListView, 'list'>): ListView => {
    const list = queries.find((query) => query.id === id);
    if (!list) throw new TypeError(`the kernel has no list ${id} to show`);
    return { list, ...view };
  };
  return {
    workspace: { title: 'Policy', icon: 'scale' },
    lists: [
      listed('policy-decision.list', {
        title: 'Decisions',
        empty: 'Each time a policy is asked whether somebody may do something, what it was asked and what it answered is kept here.',
        columns: ['created_at', 'action', 'outcome', 'reasons', 'subject', 'policy'],
        filters: ['outcome', 'action', 'policy', 'since'],
        entity: null,
        ui: 'pages/decisions.ts',
      }),
      listed('policy-bundle.list', {
        title: 'Bundles',
        empty: 'A bundle is a version of a policy, compiled. An operator adds one with POST /policy-bundles.',
        columns: ['id', 'version', 'active', 'digest', 'signed_by', 'added_at'],
        entity: null,
        ui: 'pages/bundles.ts',
      }),
      listed('policy-backtest.list', {
        title: 'Backtests',
        empty:
          'A backtest shows which decisions on record would have come out otherwise, had another bundle made them. Operators, security officers and auditors start one.',
        columns: ['created_at', 'candidate', 'since', 'status'],
        ui: 'pages/policy-runs.ts',
      }),
      listed('policy-replay.list', {
        title: 'Replays',
        empty:
          'A replay makes every decision on record again, by the bundle that made it, and compares. Operators, security officers and auditors start one.',
        columns: ['created_at', 'since', 'status'],
        ui: 'pages/policy-runs.ts',
      }),
      listed('receipt.list', {
        section: 'Audit',
        title: 'Audit log',
        columns: ['at', 'action', 'outcome', 'actor', 'subject', 'state', 'log_index'],
        filters: ['action', 'actor', 'outcome', 'since'],
        ui: 'pages/receipts.ts',
      }),
      listed('alert.list', {
        section: 'Audit',
        title: 'Alerts',
        empty: 'Where something that Summit measures is not as it should be, an alert is open here until it is again.',
        columns: ['since', 'severity', 'title', 'detail', 'status', 'resolved_at'],
        filters: ['status', 'severity'],
        entity: Alerts,
      }),
      listed('api-token.list', {
        section: 'Settings',
        title: 'API tokens',
        empty: 'An API token lets a script of yours do what you may do, or less, until it expires or is revoked.',
        columns: ['title', 'status', 'created_by', 'roles', 'read_only', 'expires_at', 'last_used_at'],
        filters: ['status', 'created_by'],
        entity: ApiTokenRows,
        ui: 'pages/api-tokens.ts',
      }),
      listed('webhook.list', {
        section: 'Settings',
        title: 'Webhooks',
        empty: 'Endpoints that are told of events are named in the file of the tenant.',
        columns: ['id', 'url', 'events', 'secret'],
      }),
      listed('webhook.delivery.list', {
        section: 'Settings',
        title: 'Undelivered webhooks',
        empty: 'What an endpoint has not taken for as long as it was tried is kept here, to be delivered again or dismissed.',
        columns: ['created_at', 'endpoint', 'event', 'status', 'error', 'updated_at'],
        filters: ['status', 'endpoint', 'event'],
        entity: WebhookDeliveries,
      }),
      listed('metering.events.list', {
        section: 'Settings',
        title: 'Usage events',
        columns: ['timestamp', 'type', 'quantity', 'subject', 'pack', 'source'],
        entity: null,
        ui: 'pages/usage-events.ts',
      }),
      listed('metering.meters', { section: 'Settings', title: 'Meters' }),
      listed('user.list', { unlisted: true, title: 'People' }),
      listed('dashboard.list', { unlisted: true }),
      listed('sku.list', { unlisted: true }),
    ],
    pages: [
      { path: '/policy/what-if', title: 'What-if', ui: 'pages/what-if.ts' },
      { path: '/evidence/populations', title: 'Populations', section: 'Audit', ui: 'pages/populations.ts' },
      { path: '/packs', title: 'Packs', section: 'Settings', ui: 'pages/packs.ts' },
      { path: '/users', title: 'People', section: 'Settings', ui: 'pages/people.ts' },
    ],
  };
}
