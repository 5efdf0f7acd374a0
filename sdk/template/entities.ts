import { field, governed } from '@summit/sdk';

export const Item = governed({
  type: 'sample-pack.item',
  table: 'sample_pack_items',
  fields: { title: field.text(), amount: field.integer() },
  // From each state, those that an action may lead to. Whatever is not said here, no action can do.
  transitions: { registered: [] },
  label: ({ title }) => title,
});
