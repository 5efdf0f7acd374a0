export {
  /** A value that follows from signals, worked out anew when one of them changes. */
  computed,
  /** Runs now, and again whenever a signal that it read changes; what it returns ends it. */
  effect,
  /** A value that components follow: who reads `value` is shown anew when it changes. */
  type Signal,
  /** A value for several parts of a page. What somebody would send to somebody else belongs into the address: `usePlace`. */
  signal,
  /** `computed`, for as long as the component is there. */
  useComputed,
  /** `signal`, for as long as the component is there. */
  useSignal,
} from '@preact/signals';
export {
  /** The same function at each call, until what it depends on changes. */
  useCallback,
  /** Runs after the component is shown, and again when what it depends on changes; what it returns tidies up. */
  useEffect,
  /** An id that is unique in the page: for a label and its control. */
  useId,
  /** What was worked out, until what it depends on changes. */
  useMemo,
  /** What is kept from call to call and shows nothing, such as an element. */
  useRef,
  /** What a component remembers for itself. */
  useState,
} from 'preact/hooks';
export * from './api.ts';
export * from './badge.ts';
export * from './card.ts';
export * from './catalog.ts';
export * from './cell.ts';
export * from './chart.ts';
export * from './chart-values.ts';
export * from './dialog.ts';
export { dropDraft } from './draft.ts';
export * from './facts.ts';
export * from './field.ts';
export * from './filters.ts';
export * from './form.ts';
export * from './format.ts';
export * from './html.ts';
export * from './icon.ts';
export * from './links.ts';
export * from './live.ts';
export { messagesOf, say as kitText } from './messages.ts';
export * from './pager.ts';
export * from './place.ts';
export * from './popover.ts';
export * from './resource.ts';
export * from './sign-in-again.ts';
export * from './states.ts';
export * from './table.ts';
export * from './tabs.ts';
export * from './time.ts';
export * from './timeline.ts';
export * from './tree.ts';
export * from './typed.ts';
export * from './verdict.ts';
export * from './view.ts';
export * from './write.ts';
