import { html, Icon, listAt, messagesOf, number, pageAt, useHappenings, useResource } from '../sdk/ui/index.ts';

const say = messagesOf({ one: '1 open alert', many: '{count} open alerts' });

const OPEN = '/alerts?status=open';

/** How many alerts are open, for those who may read them; nothing where there is none. */
export function OpenAlerts() {
  const mayRead = listAt('/alerts') !== undefined;
  const alerts = useResource<{ readonly total: number }>(mayRead ? `${OPEN}&limit=1` : null);
  useHappenings((happening) => {
    if (happening === null || happening.subject.type === 'alert') alerts.reload();
  });
  const count = alerts.value?.total ?? 0;
  if (count === 0) return null;
  return html`<a class="open-alerts" href=${pageAt(OPEN)}><${Icon} name="triangle-alert" /><span>${count === 1 ? say('one') : say('many', { count: number(count) })}</span></a>`;
}
