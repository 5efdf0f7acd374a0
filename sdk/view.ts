import type { Entity } from './entity.ts';
import type { Evidence } from './evidence.ts';
import type { Query } from './query.ts';

/** What the Switchboard makes of a list otherwise than its schemas say. */
export interface ListView {
  readonly list: Query;
  /** The query's title unless said. */
  readonly title?: string;
  /** What is said where there is none yet: what it is, and how the first one is made. */
  readonly empty?: string;
  /** Fields of an item, in the order of the table; those that the answer's schema names first unless said. */
  readonly columns?: readonly string[];
  /** The query parameters that stand above the table as filters; all that are closed sets, days or handles unless said. */
  readonly filters?: readonly string[];
  /**
   * Whose rows they are; that of the actions on them unless said. null where they are no subjects: then no action is offered,
   * and nothing proven.
   */
  readonly entity?: Entity<never> | null;
  /** What proves one of them; the declaration whose first member they are unless said. */
  readonly evidence?: Evidence;
  /** The browser module that refines cells, overview, tabs and forms: a path from the pack's folder. Its default export is made by `defineRecordView`. */
  readonly ui?: string;
  /** The heading of the left pane that it stands under; the workspace's own unless said. */
  readonly section?: string;
  /** Reached by links alone. */
  readonly unlisted?: true;
}

/** A page of the pack's own. */
export interface PageView {
  /** As a path of the API would be, under the pack's name: the Switchboard shows it at `/w<path>`. */
  readonly path: string;
  readonly title: string;
  /** The roles that it is of use to; everybody of the tenant where it is absent. What they may do there, the API says. */
  readonly roles?: readonly string[];
  /** The browser module, a path from the pack's folder. Its default export is a component. */
  readonly ui: string;
  readonly section?: string;
  readonly unlisted?: true;
}

/** What people look for by what they want: an entry of the palette (Ctrl K) that opens a page. Actions that make something are there anyway. */
export interface CommandView {
  readonly title: string;
  /** Of the page without `/w`, with its parameters: `/high-risk-ops/requests?status=pending`. */
  readonly path: string;
  /** The roles that it is of use to; everybody of the tenant where it is absent. */
  readonly roles?: readonly string[];
}

/** How the Switchboard shows a pack. What is not said follows from its actions, queries and their schemas. */
export interface Views {
  readonly workspace?: {
    /** The heading in the left pane; the pack's title unless said. */
    readonly title?: string;
    /** The name of a lucide icon. */
    readonly icon?: string;
  };
  readonly lists?: readonly ListView[];
  readonly pages?: readonly PageView[];
  readonly commands?: readonly CommandView[];
}
