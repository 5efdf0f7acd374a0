import { maxOfQuantities, sumOfQuantities } from '@summit/sdk/rating';
import { apiPath, getAll, type ListPage, type Resource, useResource } from '@summit/sdk/ui';

/** As `GET /metering/readings` answers it. */
export interface Reading {
  readonly id: string;
  readonly day: string;
  readonly meter: string;
  readonly event_type: string;
  readonly aggregation: 'count' | 'sum' | 'max';
  readonly quantity: string;
}

/** As `GET /metering/meters` answers it. */
export interface Meter {
  readonly id: string;
  readonly title: string;
  readonly event_type: string;
  readonly aggregation: Reading['aggregation'];
}

/** All readings of a month, of however many meters. */
export function useReadings(period: string): Resource<ListPage<Reading>> {
  return useResource(apiPath('/metering/readings', { period, limit: 200, count: false }), { read: getAll<Reading> });
}

export function useMeters(): Resource<ListPage<Meter>> {
  return useResource<ListPage<Meter>>('/metering/meters');
}

/** What a meter came to in the month of the readings. */
export function quantityOf(meter: Pick<Meter, 'id' | 'aggregation'>, readings: readonly Reading[]): string {
  const quantities = readings.flatMap((reading) => (reading.meter === meter.id ? [reading.quantity] : []));
  return meter.aggregation === 'max' ? maxOfQuantities(quantities) : sumOfQuantities(quantities);
}
