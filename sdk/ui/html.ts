import type { ComponentChildren, ComponentType, VNode } from 'preact';

/** Markup as a tagged template: `<${Table} rows=${rows} />`. It escapes what is put in. */
export { html } from 'htm/preact';
export type { ComponentChildren, ComponentType, VNode };
