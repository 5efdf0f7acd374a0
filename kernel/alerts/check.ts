import { change, create, defineAction, Empty, none, occurred, type Row, type Severity, unchanged } from '../../sdk/index.ts';
import { Alerts } from '../database/tables.ts';
import { isMissed, type Reading, type Readings } from '../slo/readings.ts';
import { alertRaised, alertResolved } from './events.ts';

type AlertRow = Row<typeof Alerts>;

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
      const reading = await readings.one(db, tenant, kind);
      return { open: found === null ? null : await db.lock(Alerts, found), cause: reading && causeIn(reading) };
    },
    subject: ({ open }) => open,

    apply({ open, cause }, at) {
      const raise = cause && !open ? create(Alerts, at, { id: at.subjectId, status: 'open', ...cause }) : null;
      const resolve = open && !cause ? change(Alerts, at, open, { status: 'resolved' }) : null;
      const subject = raise ?? resolve;
      if (!subject) return unchanged({});
      return {
        subjects: [subject],
        edges: none('an alert is about the tenant as a whole'),
        usage: none('looking after itself is no usage'),
        events: [occurred(raise ? alertRaised : alertResolved, subject.after.id, toldOf(subject.after))],
        answer: { id: subject.after.id, status: subject.after.status },
      };
    },
  });
}

interface Cause {
  readonly kind: string;
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
  readonly value: string | null;
  readonly target: string;
}

/** What there is to alert; null where all is well. */
function causeIn(reading: Reading): Cause | null {
  const { id: kind, alert: severity, title, target = 0, unit } = reading.indicator;
  if (!severity || !isMissed(reading)) return null;
  const cause = { kind, severity, title, target: String(target) };
  if ('error' in reading.result) return { ...cause, value: null, detail: 'It could not be worked out: the log of the server says why.' };
  const { value, detail } = reading.result.value;
  const compared = `It is ${value}${unit === 'count' ? '' : ` ${unit}`}, and should be no more than ${target}.`;
  return { ...cause, value: String(value), detail: detail ? `${compared} ${detail}` : compared };
}

function toldOf({ id, kind, severity, title, detail, value, target }: AlertRow) {
  return { alert_id: id, kind, severity, title, detail, value, target };
}
