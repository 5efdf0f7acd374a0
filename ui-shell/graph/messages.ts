import { messagesOf } from '../../sdk/ui/index.ts';

/** The texts of the Graph tab. */
export const say = messagesOf({
  picture: 'What {name} is related to',
  'picture.hint':
    'Choose a node to see what it is related to, and again to put that away. Arrow keys go from node to node. The table below says the same.',
  'picture.legend': 'Types',
  'picture.arranging': 'Arranging…',
  'picture.edges': 'Relationships are named on the lines of the node that is chosen.',
  'node.name': '{label}, {type}',
  'node.open': 'Open its page',
  'node.chosen': 'Chosen',
  'node.busy': 'Asking what it is related to…',
  more: '{shown} nodes are shown, of at most {most} at a time; there is more.',
  empty: 'This is related to nothing yet.',
  table: 'As a table',
  'table.caption': 'Relationships',
  'column.of': 'From',
  'column.relationship': 'Relationship',
  'column.direction': 'Direction',
  'column.type': 'Type',
  'column.label': 'To',
  'direction.out': 'outgoing',
  'direction.in': 'incoming',
});
