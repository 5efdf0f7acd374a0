import { ApiError, type ComponentType, Failure, get, html, Skeleton, useEffect, useState } from '../sdk/ui/index.ts';

type Load<Props> = () => Promise<{ readonly default: ComponentType<Props> }>;

const loaded = new WeakMap<Load<never>, ComponentType<never>>();

/** A part of the shell that comes when it is first shown. @param load the same function at each call */
export function Lazy<Props extends object>({ load, ...props }: { readonly load: Load<Props> } & Props) {
  const module = useModule(load);
  if (module.error) return html`<${Failure} error=${module.error} retry=${reloadPage} />`;
  return module.component ? html`<${module.component} ...${props} />` : html`<${Skeleton} />`;
}

/** Not before the server is there: else what is shown would be lost as well. */
async function reloadPage(): Promise<void> {
  try {
    await get('/session');
  } catch (error) {
    // The frame tells of it.
    if (error instanceof ApiError) return;
    throw error;
  }
  location.reload();
}

function useModule<Props>(load: Load<Props>): { readonly component: ComponentType<Props> | null; readonly error: ApiError | null } {
  const known = (loaded as WeakMap<Load<Props>, ComponentType<Props>>).get(load) ?? null;
  const [state, setState] = useState<{ load: Load<Props>; component: ComponentType<Props> | null; error: ApiError | null }>({
    load,
    component: known,
    error: null,
  });
  useEffect(() => {
    let gone = false;
    load().then(
      ({ default: component }) => {
        (loaded as WeakMap<Load<Props>, ComponentType<Props>>).set(load, component);
        if (!gone) setState({ load, component, error: null });
      },
      // A new version of the shell may have taken the place of the one that this page is of.
      (error: unknown) => !gone && setState({ load, component: null, error: new ApiError(0, { code: 'offline', detail: String(error) }) }),
    );
    return () => {
      gone = true;
    };
  }, [load]);
  return state.load === load ? state : { component: known, error: null };
}

const loaders = new Map<string, () => Promise<{ readonly default: never }>>();

/** What imports a module of a pack by its address; the same function for the same address. */
export function moduleLoader<Exported>(url: string): () => Promise<{ readonly default: Exported }> {
  const known = loaders.get(url) ?? (() => import(url));
  loaders.set(url, known);
  return known;
}

/** What a module exports; undefined while it comes, null where there is none or it does not load. */
export function useExport<Exported>(url: string | null): Exported | null | undefined {
  const [state, setState] = useState<{ readonly url: string | null; readonly value: Exported | null | undefined }>({ url: null, value: null });
  useEffect(() => {
    if (url === null) return;
    let gone = false;
    moduleLoader<Exported>(url)().then(
      ({ default: value }) => !gone && setState({ url, value }),
      (error: unknown) => {
        // What it refines is shown without.
        reportError(error);
        if (!gone) setState({ url, value: null });
      },
    );
    return () => {
      gone = true;
    };
  }, [url]);
  if (url === null) return null;
  return state.url === url ? state.value : undefined;
}
