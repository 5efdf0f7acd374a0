import { AUDITOR, handleOf } from '../../people.ts';
import { type Check, faultsOfEach } from '../check.ts';
import { isAccepted, said } from '../request.ts';
import type { Stage } from '../stage.ts';

interface Card {
  readonly id: string;
  readonly unit: string;
  readonly value: unknown;
  readonly list: string | null;
  readonly error: boolean;
}

export const dashboardChecks: readonly Check[] = [
  {
    name: 'every card and chart of a dashboard can be worked out, and what a card counts is what its list shows',
    faults: async (stage) => {
      const { kit } = stage;
      const faults = await Promise.all(kit.pack.dashboards.map((dashboard) => dashboardFaults(stage, dashboard)));
      return faults.flat();
    },
  },
];

async function dashboardFaults(
  { kit }: Stage,
  { id, roles }: { readonly id: string; readonly roles?: readonly string[] },
): Promise<readonly string[]> {
  const person = kit.as(roles && !roles.includes(AUDITOR) ? handleOf(roles[0] ?? AUDITOR) : AUDITOR);
  const answer = await person.get(`/dashboards/${id}`);
  if (!isAccepted(answer)) return [`${id}: it answers ${said(answer)}`];
  const parts: readonly { readonly id: string; readonly error: boolean }[] = [...answer.body.cards, ...answer.body.charts];
  const broken = parts.filter(({ error }) => error).map((part) => `${id}: ${part.id} cannot be worked out: the log says why (LOG_LEVEL=error)`);
  const counting: readonly Card[] = answer.body.cards.filter((card: Card) => card.unit === 'count' && card.list !== null && !card.error);
  const miscounted = await faultsOfEach(
    counting,
    (card) => `${id}: ${card.id}`,
    async ({ value, list }) => {
      const shown = await person.get(list ?? '');
      if (!isAccepted(shown)) return `its list ${list} answers ${said(shown)}`;
      return shown.body.total === value
        ? null
        : `it counts ${value}, and its list ${list} shows ${shown.body.total}: count by the filters of the list`;
    },
  );
  return [...broken, ...miscounted];
}
