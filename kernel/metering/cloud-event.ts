import { Decimal, type Static, Strict, Timestamp, Type } from '../../sdk/index.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { errorsIn, type FieldError } from '../validation.ts';
import { OWN_SOURCE } from './record.ts';

const QUANTITY = 'a quantity that is not negative: a decimal string such as "12.5" with up to 64 digits before the point and 32 behind, or a number';
const Quantity = Type.Union([Type.String({ pattern: '^[0-9]{1,64}(\\.[0-9]{1,32})?$' }), Type.Number({ minimum: 0 })], { description: QUANTITY });
/** As it is written out: a number may have an exponent. */
const DIGITS = /^[0-9]{1,64}(\.[0-9]{1,32})?$/;

/** CloudEvents 1.0, as far as usage needs it. An attribute that would be dropped is refused. */
export const CloudEvent = Strict({
  specversion: Type.Literal('1.0'),
  id: Type.String({ minLength: 1, maxLength: 255, description: 'Unique with its source, for ever' }),
  source: Type.String({ minLength: 1, maxLength: 500, pattern: '^[\\x21-\\x7e]+$', description: 'a URI reference' }),
  type: Type.String({ minLength: 1, description: 'A usage type that a pack declares, such as workflow_run' }),
  time: Type.Optional(Timestamp),
  subject: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  datacontenttype: Type.Optional(Type.String({ pattern: '^application/json(;.*)?$', description: 'application/json' })),
  corrects: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'Extension: the id of the event of this source whose place it takes; quantity 0 takes it back',
    }),
  ),
  data: Type.Optional(Type.Object({ quantity: Type.Optional(Quantity) })),
});

type CloudEvent = Static<typeof CloudEvent>;

/** A CloudEvent that makes sense by itself. */
export interface Reported {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly pack: string;
  /** RFC 3339, UTC with milliseconds; null for now. */
  readonly time: string | null;
  readonly subject: string;
  readonly quantity: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** The id of the event that it corrects. */
  readonly corrects: string | null;
}

/** Read as far as it goes: with errors where it is not one of ours. What cannot be stored was refused with its request. */
export function readCloudEvent(packs: PackRegistry, value: unknown): { readonly event: Reported } | { readonly errors: readonly FieldError[] } {
  const errors = errorsIn(CloudEvent, value);
  if (errors.length > 0) return { errors };
  const { id, source, type, time = null, subject = '', corrects = null, data = {} } = value as CloudEvent;
  const { quantity: sent = '1', ...metadata } = data;
  const quantity = new Decimal(sent).toFixed();
  const declared = packs.usageTypes.get(type);
  if (!declared) return { errors: [{ path: 'type', message: `must be one of ${[...packs.usageTypes.keys()].join(', ')}` }] };
  const wrong = [
    ...(source.startsWith(OWN_SOURCE) ? [{ path: 'source', message: `must not begin with ${OWN_SOURCE}: that is Summit's own` }] : []),
    ...(DIGITS.test(quantity) ? [] : [{ path: 'data.quantity', message: `must be ${QUANTITY}` }]),
    ...(corrects === id ? [{ path: 'corrects', message: 'must be the id of another event' }] : []),
    ...errorsIn(declared.usage.metadata, metadata).map(({ path, message }) => ({ path: path === '(body)' ? 'data' : `data.${path}`, message })),
  ];
  if (wrong.length > 0) return { errors: wrong };
  return {
    event: {
      ...{ id, source, type, subject, corrects },
      pack: declared.pack,
      time: time === null ? null : new Date(time).toISOString(),
      quantity,
      // The schema of a usage type has strings alone.
      metadata: metadata as Readonly<Record<string, string>>,
    },
  };
}
