import { defineMeter, defineUsageType, Empty } from '@summit/sdk';

export const loanDay = defineUsageType({ type: 'loan_day', title: 'Days that equipment is lent for', metadata: Empty });

/** What a price plan may charge: the sum of the quantities, day by day. */
export const loanDays = defineMeter({ id: 'loan_days', title: 'Loan days', event_type: loanDay.type, aggregation: 'sum' });
