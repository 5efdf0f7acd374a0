import { governedTable, migration } from '@summit/sdk';

export default migration('0001-initial', [governedTable('sample_pack_items', 'title text NOT NULL, amount integer NOT NULL')]);
