import type { ComponentChildren, ComponentType, VNode } from 'preact';

export {
  /** Markup as a tagged template: `<${Table} rows=${rows} />`. It escapes what is put in. */
  html,
} from 'htm/preact';
export type {
  /** What may stand between the tags of a component: markup, texts, numbers, lists of them, or nothing. */
  ComponentChildren,
  /** A component that takes these properties. */
  ComponentType,
  /** A piece of markup, as `html` makes it. */
  VNode,
};
