import {
  apiPath,
  Badge,
  Copyable,
  Dialog,
  Facts,
  Failure,
  getAll,
  html,
  Icon,
  type ListPage,
  Loaded,
  messagesOf,
  number,
  Pager,
  pageAt,
  shortId,
  signedIn,
  Table,
  Tabs,
  useHappenings,
  useResource,
  words,
} from '../../sdk/ui/index.ts';
import { usePlace } from '../location.ts';
import { type Installed, type Manifest, manifestsOf, useInstalled } from '../operations.ts';
import { Activity, Erasing, Roles } from '../person.ts';

const say = messagesOf({
  title: 'People',
  intro: 'Who works in this tenant, and what each may do. People come from the file of the tenant or from the sign-in.',
  views: 'People and roles',
  people: 'People',
  roles: 'What each role may do',
  handle: 'Handle',
  status: 'Status',
  'no-roles': 'no role',
  erased: 'erased',
  close: 'Close',
  person: 'Person',
  'not-here': 'There is nobody of this id.',
  id: 'Id',
  total: '{count} in all',
  receipts: 'Audit log',
  'receipts-link': 'What they did',
  'roles-intro': 'What the actions of all packs take. What somebody may in the end, policies judge besides.',
  action: 'Action',
  may: 'may',
  'may-not': '–',
  judged: 'and a policy judges',
  'judged-key': 'A policy judges it besides',
});

export interface Person {
  readonly id: string;
  readonly handle: string | null;
  readonly roles: readonly string[];
  readonly status: string;
  readonly deactivated_by: 'operator' | 'issuer' | 'scim' | null;
}

/** Who there is, and what each role may do. */
export default function People() {
  const { path, query } = usePlace();
  const view = query.view === 'roles' ? 'roles' : 'people';
  return html`<header class="page-head"><h1>${say('title')}</h1></header>
    <p class="quiet">${say('intro')}</p>
    <${Tabs} label=${say('views')} open=${view} tabs=${[
      { id: 'people', title: say('people'), href: pageAt(path) },
      { id: 'roles', title: say('roles'), href: pageAt(path, { view: 'roles' }) },
    ]} />
    ${view === 'roles' ? html`<${RolesTable} />` : html`<${Listed} />`}`;
}

const A_PAGE = 100;

function Listed() {
  const { path, query, change } = usePlace();
  const page = useResource<ListPage<Person>>(apiPath('/users', { limit: A_PAGE, cursor: query.cursor }));
  useHappenings((happening) => {
    if (happening === null || happening.subject.type === 'user') page.reload();
  });
  return html`<${Loaded} of=${page}>
    ${({ items, next_cursor: next, total }: ListPage<Person>) => html`<${Table}
        caption=${say('people')}
        columns=${[
          { id: 'handle', title: say('handle'), cell: nameOf },
          {
            id: 'roles',
            title: words('roles'),
            cell: ({ roles }: Person) => (roles.length === 0 ? html`<span class="quiet">${say('no-roles')}</span>` : roles.map(words).join(', ')),
          },
          { id: 'status', title: say('status'), cell: ({ status }: Person) => html`<${Badge} status=${status} />` },
        ]}
        rows=${items}
        keyOf=${({ id }: Person) => id}
        hrefOf=${({ id }: Person) => pageAt(path, { open: id, cursor: query.cursor })}
      />
      <footer class="list-foot">
        <p class="quiet">${total === undefined ? '' : say('total', { count: number(total) })}</p>
        <${Pager} cursor=${query.cursor} next=${next} />
      </footer>
      ${query.open && html`<${Opened} key=${query.open} id=${query.open} listed=${items} close=${() => change({ open: null })} reload=${page.reload} />`}`}
  <//>`;
}

function nameOf({ id, handle, status }: Person) {
  return handle !== null && status !== 'erased' ? handle : html`<span class="quiet">${say('erased')}</span> <code title=${id}>${shortId(id)}</code>`;
}

interface OpenedProps {
  readonly id: string;
  readonly listed: readonly Person[];
  readonly close: () => void;
  readonly reload: () => void;
}

/** A link to a person knows nothing of the page of the list that they are on. */
function Opened({ id, listed, ...props }: OpenedProps) {
  const shown = listed.find((person) => person.id === id);
  const all = useResource<ListPage<Person>>(shown ? null : apiPath('/users', { limit: A_PAGE, count: false }), { read: getAll<Person> });
  const person = shown ?? all.value?.items.find((other) => other.id === id);
  if (person) return html`<${Details} ...${props} person=${person} />`;
  return html`<${Dialog} title=${say('person')} onClose=${props.close}><${Loaded} of=${all}>${() => html`<p>${say('not-here')}</p>`}<//><//>`;
}

interface DetailsProps extends Pick<OpenedProps, 'close' | 'reload'> {
  readonly person: Person;
}

function Details({ person, close, reload }: DetailsProps) {
  const installed = useInstalled();
  const { id, handle, status } = person;
  const isSelf = id === signedIn().user.id;
  return html`<${Dialog} title=${status === 'erased' ? say('erased') : (handle ?? shortId(id))} onClose=${close}>
    <${Facts} facts=${[
      { term: say('status'), value: html`<${Badge} status=${status} />` },
      { term: say('id'), value: html`<${Copyable} text=${id} shown=${shortId(id)} />` },
      ...(handle === null || status === 'erased'
        ? []
        : [{ term: say('receipts'), value: html`<a href=${pageAt('/receipts', { actor: handle })}>${say('receipts-link')}</a>` }]),
    ]} />
    ${installed.error && html`<${Failure} error=${installed.error} retry=${installed.reload} />`}
    ${installed.value && html`<${Roles} person=${person} isSelf=${isSelf} known=${rolesIn(installed.value)} reload=${reload} />`}
    ${installed.value && html`<${Activity} person=${person} isSelf=${isSelf} reload=${reload} />`}
    ${installed.value && html`<${Erasing} person=${person} isSelf=${isSelf} reload=${reload} />`}
  <//>`;
}

/** Every role that some action takes. */
function rolesIn(installed: Installed): readonly string[] {
  return [...new Set(manifestsOf(installed).flatMap(({ actions }) => actions.flatMap(({ roles }) => roles)))].toSorted();
}

function RolesTable() {
  const installed = useInstalled();
  return html`<p class="quiet">${say('roles-intro')}</p>
    <p class="quiet legend"><${Icon} name="check" /> ${say('may')} · <${Icon} name="scale" /> ${say('judged-key')}</p>
    <${Loaded} of=${installed}>${(value: Installed) => html`<${Matrix} roles=${rolesIn(value)} manifests=${manifestsOf(value)} />`}<//>`;
}

function Matrix({ roles, manifests }: { readonly roles: readonly string[]; readonly manifests: readonly Manifest[] }) {
  return html`<div class="scroll matrix" tabindex="0" role="region" aria-label=${say('roles')}>
    <table>
      <caption class="sr-only">${say('roles')}</caption>
      <thead><tr><th scope="col">${say('action')}</th>${roles.map((role) => html`<th scope="col" key=${role}>${words(role)}</th>`)}</tr></thead>
      ${manifests.map(({ id, title, actions }) => {
        const offered = actions.filter(({ route }) => route);
        return (
          offered.length > 0 &&
          html`<tbody key=${id}>
          <tr><th scope="rowgroup" colspan=${roles.length + 1} class="group">${title}</th></tr>
          ${offered.map(
            (action) => html`<tr key=${action.id}>
              <th scope="row">${action.title}${'entrypoint' in action.policy && html` <span class="judged"><${Icon} name="scale" /><span class="sr-only">${say('judged')}</span></span>`}</th>
              ${roles.map((role) => html`<td key=${role}>${action.roles.includes(role) ? html`<${Icon} name="check" /><span class="sr-only">${say('may')}</span>` : html`<span class="quiet" aria-hidden="true">${say('may-not')}</span>`}</td>`)}
            </tr>`,
          )}
        </tbody>`
        );
      })}
    </table>
  </div>`;
}
