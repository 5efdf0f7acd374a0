import { defineEvent, Id, Nullable, Strict, Type } from '../../sdk/index.ts';

export const Severities = Type.Enum(['critical', 'warning']);

const data = Strict({
  alert_id: Id,
  kind: Type.String(),
  severity: Severities,
  title: Type.String(),
  detail: Type.String(),
  value: Nullable(Type.String({ description: 'A decimal' })),
  target: Type.String({ description: 'A decimal' }),
});

export const alertRaised = defineEvent({ type: 'alert.raised', version: 1, title: 'Something is not as it should be', data });
export const alertResolved = defineEvent({ type: 'alert.resolved', version: 1, title: 'What was alerted is as it should be again', data });
