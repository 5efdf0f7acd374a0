import { change, create, defineAction, Empty, none, occurred, type SubjectChange, unchanged } from '../../sdk/index.ts';
import { Alerts } from '../database/tables.ts';
import type { Readings } from '../slo/readings.ts';
import { type AlertRow, type Cause, causeIn, isNews, isOtherwise } from './cause.ts';
import { alertRaised, alertResolved } from './events.ts';

/** Reads one indicator again, and raises or resolves its alert. Of all replicas that find it missed, one raises it. */
export function checkAlert(readings: Readings) {
  return defineAction({
    id: 'alert.check',
    title: 'Raise or resolve an alert',
    roles: [],
    input: Empty,
    entity: Alerts,
    from: ['open'],
    policy: none('it says what was measured'),

    async load({ db, tenant, params }) {
      const kind = params.id ?? '';
      const found = await db.byKey(Alerts, 'open', [kind]);
      const open = found === null ? null : await db.lock(Alerts, found);
      const reading = await readings.one(db, tenant, kind);
      return { open, cause: reading && causeIn(reading) };
    },
    subject: ({ open }) => open,

    apply({ open, cause }, at) {
      if (!isOtherwise(open, cause)) return unchanged({});
      if (open) return kept(change(Alerts, at, open, cause ? restOf(cause) : { status: 'resolved' }), isNews(open, cause));
      return cause ? kept(create(Alerts, at, { id: at.subjectId, status: 'open', ...cause }), true) : unchanged({});
    },
  });
}

/** What may become otherwise while it is open. */
function restOf({ detail, names, value }: Cause) {
  return { detail, names, value };
}

function kept(subject: SubjectChange<AlertRow>, isTold: boolean) {
  const { id, status, kind, severity, title, detail, value, target } = subject.after;
  const event = status === 'open' ? alertRaised : alertResolved;
  return {
    subjects: [subject],
    edges: none('an alert is about the tenant as a whole'),
    usage: none('looking after itself is no usage'),
    events: isTold ? [occurred(event, id, { alert_id: id, kind, severity, title, detail, value, target })] : [],
    answer: { id, status },
  };
}
