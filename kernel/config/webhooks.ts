import { type Static, Strict, Type } from '../../sdk/index.ts';
import { distrustOf } from './outgoing-url.ts';
import { Slug } from './slug.ts';

/** Where a tenant is told of events. Its id names its secret, so another receiver is another id. */
export const WebhookEndpoint = Strict({
  id: Slug,
  url: Type.String({ maxLength: 2_000, description: 'https, or http to a loopback host; without a user or a password' }),
  events: Type.Array(Type.String({ pattern: '^(\\*|[a-z][a-z0-9-]*(\\.[a-z0-9-]+)*(\\.\\*)?)$' }), {
    minItems: 1,
    uniqueItems: true,
    description: 'Types of events: `quote.approved`, all that begin alike by `quote.*`, or all there are by `*`',
  }),
});

export type WebhookEndpoint = Static<typeof WebhookEndpoint>;

/** What the schema cannot say. @param production where nothing is sent in clear, to no host whatever */
export function webhookErrors(endpoints: readonly WebhookEndpoint[], production: boolean): readonly { path: string; message: string }[] {
  const ids = endpoints.map(({ id }) => id);
  return endpoints.flatMap(({ id, url }, index) => {
    const why = distrustOf(url, production);
    return [
      ...(ids.indexOf(id) < index ? [{ path: `webhooks.${index}.id`, message: `"${id}" is there twice` }] : []),
      ...(why === null ? [] : [{ path: `webhooks.${index}.url`, message: why }]),
    ];
  });
}
