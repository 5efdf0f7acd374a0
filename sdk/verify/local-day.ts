/** Tells on which day of a time zone's calendar a moment falls, as `YYYY-MM-DD`. */
export type Calendar = (moment: string) => string;

/** @param timeZone of the IANA database, as the platform has it @throws TypeError for one that it does not know */
export function calendarOf(timeZone: string): Calendar {
  const format = formatOf(timeZone);
  return (moment) => {
    const parts = Object.fromEntries(format.formatToParts(new Date(moment)).map(({ type, value }) => [type, value]));
    return `${parts.year?.padStart(4, '0')}-${parts.month}-${parts.day}`;
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  } catch {
    throw new TypeError(`${JSON.stringify(timeZone.slice(0, 100))} is no time zone that is known here`);
  }
}
