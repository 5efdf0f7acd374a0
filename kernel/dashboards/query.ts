import type { Logger } from 'pino';
import { type Card, type Dashboard, defineQuery, type Query, Strict, Type } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import { transactionOf } from '../database/reader.ts';
import { calendarOf } from '../metering/roll-up.ts';
import { DashboardAnswer, presentCard, presentChart, presentGlance } from './answer.ts';
import { type Apart, apart } from './apart.ts';

const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;
const DAY_MS = 86_400_000;

/** The query that answers a dashboard's declaration, of one moment as the database saw it. */
export function dashboardQuery(dashboard: Dashboard, { log }: { readonly log: Logger }): Query {
  const { id, title, roles } = dashboard;
  return defineQuery({
    id: `dashboard.${id}`,
    title,
    route: { method: 'GET', path: `/dashboards/${id}` },
    ...(roles ? { roles } : {}),
    query: Strict({
      days: Type.Optional(
        Type.Integer({ minimum: 1, maximum: MAX_DAYS, description: `How far the period reaches back; ${DEFAULT_DAYS} unless said` }),
      ),
    }),
    answer: DashboardAnswer,
    async run({ db, tenant, settings, query: { days = DEFAULT_DAYS } }) {
      const tx = transactionOf(db);
      const [period, calendar] = await Promise.all([periodOf(tx, days), calendarOf(tx, tenant)]);
      const context = { db, tenant, settings, now: period.until, calendar };
      const shown = dashboard.read({ ...context, since: period.since });
      const earlier = dashboard.read({ ...context, ...periodBefore(period) });
      const workOut = async <T>(part: string, work: () => Promise<T>): Promise<Apart<T>> => {
        const result = await apart(tx, work);
        if ('error' in result) log.error({ err: result.error, tenant, dashboard: id, part }, 'a part of a dashboard failed');
        return result;
      };
      const valueBefore = async ({ id, compared }: Card) => {
        const card = compared && earlier.cards.find((other) => other.id === id);
        return card ? workOut(`${id} of the period before`, async () => card.value()) : null;
      };
      const cards = [];
      for (const card of shown.cards) cards.push(presentCard(card, await workOut(card.id, async () => card.value()), await valueBefore(card)));
      const charts = [];
      for (const chart of shown.charts ?? []) charts.push(presentChart(chart, await workOut(chart.id, () => chart.data())));
      return { id, title, period, own_time: dashboard.ownTime ?? false, cards, charts, lists: (shown.lists ?? []).map(presentGlance) };
    },
  });
}

async function periodOf(tx: Transaction, days: number): Promise<{ since: string; until: string }> {
  const [clock] = await tx.query<{ now: string }>('SELECT summit_now() AS now');
  const until = clock?.now ?? '';
  return { since: new Date(Date.parse(until) - days * DAY_MS).toISOString(), until };
}

/** As long as the period, and up to the last moment before it: times are kept to the millisecond. */
function periodBefore({ since, until }: { since: string; until: string }): { since: string; until: string } {
  const begins = Date.parse(since);
  return { since: new Date(2 * begins - Date.parse(until)).toISOString(), until: new Date(begins - 1).toISOString() };
}
