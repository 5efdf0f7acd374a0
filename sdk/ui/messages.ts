/** Every text of a catalogue is one entry here or in a pack's own; `{name}` stands for what is put in. */
export type Messages = Readonly<Record<string, string>>;

/** The texts of a part of the Switchboard, by key. */
export function messagesOf<const M extends Messages>(
  messages: M,
): (key: keyof M & string, values?: Readonly<Record<string, string | number>>) => string {
  return (key, values = {}) => (messages[key] ?? key).replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** The kit's own. */
export const say = messagesOf({
  'action.busy': 'Working…',
  'action.cancel': 'Cancel',
  'action.close': 'Close',
  'action.copied': 'Copied',
  'action.copy': 'Copy',
  'action.retry': 'Try again',
  'chart.as-table': 'View as table',
  'chart.no-data': 'No data in this period.',
  'empty.clear': 'Clear filters',
  'empty.filtered': 'Nothing matches these filters.',
  'empty.first': 'There is nothing here yet.',
  'error.403': 'You may not see this.',
  'error.404': 'This is not here.',
  'error.404-hint': 'It may have been another tenant’s, or its pack may be switched off.',
  'error.403-hint': 'Your roles: {roles}.',
  'error.offline': 'The server cannot be reached.',
  'error.outdated': 'This could not be brought up to date.',
  'error.request': 'Request id',
  'error.title': 'This could not be loaded.',
  'field.add': 'Add another',
  'field.choose': 'Choose…',
  'field.error-summary': 'There is a problem',
  'field.no': 'No',
  'field.optional': 'optional',
  'field.remove': 'Remove',
  'field.yes': 'Yes',
  'filter.active': 'Filters in use',
  'filter.all': 'All',
  'filter.clear': 'Clear filters',
  'filter.remove': 'Remove the filter {name}',
  'filter.search': 'Search',
  'list.count': '{count} in all',
  'list.count-one': '1 in all',
  'list.export': 'Export CSV',
  'list.export-failed': 'The file could not be made.',
  'list.exporting': 'Exporting {count}…',
  'list.first': 'First page',
  'list.next': 'Next page',
  'list.new': '{count} new or changed: show',
  'list.news': 'This may have changed: show',
  'list.updated': 'Updated',
  loading: 'Loading…',
  none: 'none',
  'session.again': 'Sign in again',
  'session.kept': 'What you have typed is kept.',
  'time.over': 'ending now',
});
