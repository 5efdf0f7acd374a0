import { useLocation } from 'preact-iso';
import { apiPath, type Parameters, pageAt } from './links.ts';

/** Where the Switchboard is, and how it goes elsewhere. */
export interface Place {
  /** Below `/w`. */
  readonly path: string;
  /** The parameters of the address, without the tenant. */
  readonly query: Readonly<Record<string, string>>;
  readonly go: (href: string, options?: { readonly replace?: boolean }) => void;
  /** Changes parameters and leaves the others; null takes one away. */
  readonly change: (parameters: Parameters, options?: { readonly replace?: boolean }) => void;
}

/** Where the Switchboard is. Every state that somebody would send to somebody else stands in the address. */
export function usePlace(): Place {
  const { path, query, route } = useLocation();
  const { tenant: _, ...given } = query;
  const bare = path.replace(/^\/w(?=\/|$)/, '');
  return {
    path: bare,
    query: given,
    go: (href, { replace = false } = {}) => route(href, replace),
    change: (parameters, { replace = false } = {}) => route(pageAt(apiPath(bare, { ...given, ...parameters })), replace),
  };
}
