import { defineJob } from '@summit/sdk';
import { expireQuote } from './actions/expire.ts';
import { Quote } from './entities.ts';

/** The rest is due a minute later. */
const AT_ONCE = 1_000;

export const expireQuotes = defineJob({
  id: 'revops.expire-quotes',
  title: 'End quotes whose time is over',
  schedule: '* * * * *',
  action: expireQuote,
  async due({ db, now }) {
    const quotes = await db.find(Quote, { status: expireQuote.from, expires_at: { until: now } }, { limit: AT_ONCE });
    return quotes.map(({ id }) => id);
  },
});
