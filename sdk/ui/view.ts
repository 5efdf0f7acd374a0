import type { ListEntry } from './catalog.ts';
import type { Fact } from './facts.ts';
import type { FieldView } from './field.ts';
import type { ComponentChildren, ComponentType } from './html.ts';
import type { Happening } from './live.ts';

/** One record as its query answers it. */
export type Item = Readonly<Record<string, unknown>>;

/** What the shell gives to a part of a record's page. */
export interface RecordProps<Record extends Item = Item> {
  readonly record: Record;
  readonly list: ListEntry;
  /** The names in the paths of what belongs to the record: mostly itself. */
  readonly names: Item;
  readonly reload: () => void;
}

/** A tab of a record's page. */
export interface RecordTab<Record extends Item = Item> {
  /** The last part of its address. */
  readonly id: string;
  readonly title: string;
  /** Absent on records that have nothing to show there. */
  readonly when?: (record: Record) => boolean;
  readonly component: ComponentType<RecordProps<Record>>;
}

/** How a list and its records are shown, where that is not as their schemas say. What is left out stays as it is. */
export interface RecordView<Record extends Item = Item> {
  /** What one is called, in the head of its page. */
  readonly name?: (record: Record) => string;
  /** The names in the path of its page, where they are not the fields of the same names. */
  readonly path?: (record: Record) => Item;
  /** What stands in the head beside the state: risk, when it ends. */
  readonly headline?: (record: Record) => ComponentChildren;
  /** The id of the row that a happening brings, where the list is of something else than what actions change. */
  readonly rowOf?: (happening: Happening) => string;
  /** Cells of the table, by column. */
  readonly cells?: Readonly<{ [column: string]: (record: Record) => ComponentChildren }>;
  /** Titles of columns and fields. */
  readonly titles?: Readonly<{ [field: string]: string }>;
  /** The first tab, instead of all fields. */
  readonly overview?: (record: Record) => readonly Fact[];
  /** Below the overview. */
  readonly more?: ComponentType<RecordProps<Record>>;
  /** Beside the kernel's own tabs, or instead of one of the same id. */
  readonly tabs?: readonly RecordTab<Record>[];
  /** The kernel's own tabs that would have nothing to say of such a record. */
  readonly without?: readonly ('approvals' | 'evidence' | 'graph' | 'history')[];
  /** What is shown of a new one before its page is: for what its answer says this once. */
  readonly made?: ComponentType<{ readonly answer: Item }>;
  /** By action, what its form asks otherwise than its schema says. */
  readonly forms?: Readonly<{ [action: string]: Readonly<{ [field: string]: FieldView }> }>;
}

/** The default export of a list's `ui` module. */
export function defineRecordView<Record extends Item = Item>(view: RecordView<Record>): RecordView<Record> {
  return Object.freeze(view);
}
