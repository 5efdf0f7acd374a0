import { defineQuery, Id, listOf, Nullable, pageOf, type Row, Strict, statesOf, Timestamp, Type, valuesOf } from '../../sdk/index.ts';
import { Alerts } from '../database/tables.ts';
import { Severities } from './events.ts';

/** Those who can do something about it, and those who answer for it. */
const ROLES = ['operator', 'security_officer', 'finance', 'auditor'];

const AlertAnswer = Strict({
  id: Id,
  kind: Type.String({ description: 'The id of the indicator that has missed its target' }),
  severity: Severities,
  status: Type.Enum(Object.keys(Alerts.transitions)),
  title: Type.String(),
  detail: Type.String({ description: 'As it was when the alert was raised, or was told again since something else had come' }),
  value: Nullable(Type.String({ description: 'Of the indicator, then, as a decimal; null where it could not be worked out' })),
  target: Type.String({ description: 'A decimal' }),
  since: Timestamp,
  resolved_at: Nullable(Timestamp),
  version: Type.Integer(),
});

const alerts = listOf(Alerts, { sort: ['created_at', 'severity', 'status'], search: ['title', 'kind'] });

export const listAlerts = defineQuery({
  id: 'alert.list',
  title: 'Alerts: what is not as it should be, and what was not',
  route: { method: 'GET', path: '/alerts' },
  roles: ROLES,
  query: Strict({
    status: Type.Optional(statesOf(Alerts)),
    severity: Type.Optional(Severities),
    kind: Type.Optional(Type.String()),
    ...alerts.parameters,
  }),
  answer: pageOf(AlertAnswer),
  async run({ db, query: { status, severity, kind, limit, cursor, count, sort, q } }) {
    const page = await db.page(alerts, { where: { status: valuesOf(status), severity, kind }, limit, cursor, count, sort, q });
    return { ...page, items: page.items.map(present) };
  },
});

export const getAlert = defineQuery({
  id: 'alert.get',
  title: 'One alert',
  route: { method: 'GET', path: '/alerts/:id' },
  roles: ROLES,
  query: Strict({}),
  answer: AlertAnswer,
  run: async ({ db, params }) => present(await db.one(Alerts, params.id ?? '')),
});

function present({ id, kind, severity, status, title, detail, value, target, created_at: since, updated_at, version }: Row<typeof Alerts>) {
  const resolved_at = status === 'resolved' ? updated_at : null;
  return { id, kind, severity, status, title, detail, value, target, since, resolved_at, version };
}
