import { create, defineAction, edge, Id, none, Strict, Type, unchanged } from '../../sdk/index.ts';
import { WebhookDeliveries } from '../database/webhook-tables.ts';
import type { NoticeTo } from './notices.ts';

/** Keeps a notice that nobody has taken, so that it is an operator's to deliver and no longer the outbox's. */
export const giveUp = defineAction({
  id: 'webhook.give-up',
  title: 'Give up on delivering a webhook',
  roles: [],
  // What was to be sent was made here, and checked then.
  input: Strict({ message_id: Id, payload: Type.Unsafe<NoticeTo>({ type: 'object' }), error: Type.String() }),
  entity: WebhookDeliveries,
  from: [],
  policy: none('it records what happened'),
  // An attempt before may have recorded it, and died before it could say so.
  load: ({ db, input }) => db.byKey(WebhookDeliveries, 'message', [input.message_id]),
  subject: () => null,
  apply(recorded, at) {
    if (recorded !== null) return unchanged({});
    const { message_id, payload, error } = at.input;
    const { endpoint, body } = payload;
    const subject = create(WebhookDeliveries, at, { id: at.subjectId, status: 'failed', message_id, endpoint, event: body.type, body, error });
    return {
      subjects: [subject],
      edges: [edge(at.subjectId, 'tells_of', body.subject.id)],
      usage: none('looking after itself is no usage'),
      answer: {},
    };
  },
});
