import { html, Icon, type PackEntry, pageAt, signedIn, useState } from '../sdk/ui/index.ts';
import { usePlace } from './location.ts';

interface Entry {
  readonly title: string;
  /** Of the API. */
  readonly path: string;
}

interface Section {
  readonly title: string;
  readonly icon: string;
  /** Whether it stands under another heading than the workspace's. */
  readonly isAside: boolean;
  readonly entries: readonly Entry[];
}

/** Only what the tenant has switched on and the person may read: the catalogue holds nothing else. */
export function Navigation() {
  const { path } = usePlace();
  return sectionsOf(signedIn().packs).map((section) => html`<${Part} key=${section.title} section=${section} path=${path} />`);
}

/** Below that, to fold a section away would spare nothing. */
const FEW = 3;

/** A section that can be put away, which is remembered; the one that is open never is. */
function Part({ section: { title, icon, isAside, entries }, path }: { readonly section: Section; readonly path: string }) {
  const key = `section:${title}`;
  const [unfolded, setUnfolded] = useState(() => localStorage.getItem(key) ?? String(!isAside || entries.length <= FEW));
  const isHere = entries.some((entry) => isUnder(path, entry.path));
  const toggle = (event: Event) => {
    // The state is ours: the browser shows what it is told.
    event.preventDefault();
    const next = String(unfolded !== 'true');
    localStorage.setItem(key, next);
    setUnfolded(next);
  };
  return html`<details open=${isHere || unfolded === 'true'}>
    <summary onClick=${toggle}><h2><${Icon} name=${icon} /> ${title}</h2></summary>
    <ul>
      ${entries.map(
        (entry) =>
          html`<li key=${entry.path}><a href=${pageAt(entry.path)} aria-current=${isUnder(path, entry.path) ? (path === entry.path ? 'page' : 'true') : undefined}>${entry.title}</a></li>`,
      )}
    </ul>
  </details>`;
}

function isUnder(path: string, entry: string): boolean {
  return path === entry || path.startsWith(`${entry}/`);
}

const ICONS: Readonly<Record<string, string>> = { Policy: 'scale', Audit: 'scroll-text', Settings: 'settings' };

/** The packs' workspaces first, and then the kernel's own. */
export function sectionsOf(packs: readonly PackEntry[]): readonly Section[] {
  const [kernel, ...others] = packs;
  return [...others, ...(kernel ? [kernel] : [])].flatMap((pack) => {
    const listed = [...pack.lists, ...pack.pages].filter(({ unlisted }) => !unlisted);
    const titles = [...new Set([pack.title, ...listed.map(({ section }) => section ?? pack.title)])];
    return titles.flatMap((title) => {
      const dashboards =
        title === pack.title ? pack.dashboards.map((dashboard) => ({ title: dashboard.title, path: `/dashboards/${dashboard.id}` })) : [];
      const entries = [
        ...dashboards,
        ...listed.filter(({ section }) => (section ?? pack.title) === title).map((entry) => ({ title: entry.title, path: entry.path })),
      ];
      return entries.length === 0 ? [] : [{ title, icon: ICONS[title] ?? pack.icon ?? 'layers', isAside: title !== pack.title, entries }];
    });
  });
}
