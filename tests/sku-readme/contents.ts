/** As `GET /skus/:id` answers it, of which nothing that differs between tenants is used. */
export interface SkuAnswer {
  readonly version: string;
  readonly packs: readonly { readonly id: string; readonly title: string; readonly version: string }[];
  readonly features: readonly { readonly title: string; readonly description: string; readonly provided_by: readonly Provision[] }[];
  readonly policies: readonly { readonly id: string; readonly pack: string; readonly entrypoints: readonly string[] }[];
  readonly dashboards: readonly Provision[];
  readonly evidence: readonly Provision[];
}

interface Provision {
  readonly kind: string;
  readonly id: string;
  readonly title: string;
  readonly pack: string;
  readonly method: string | null;
  readonly path: string | null;
}

const BEGIN = '<!-- contents:begin, by npm run sku:readme -->';
const END = '<!-- contents:end -->';

/** The README with the part between its marks made anew. @throws Error where the marks are not there */
export function withContents(readme: string, sku: SkuAnswer): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the README has no part between ${BEGIN} and ${END}`);
  return `${readme.slice(0, begin + BEGIN.length)}\n${contentsOf(sku)}\n${readme.slice(end)}`;
}

function contentsOf({ version, packs, features, policies, dashboards, evidence }: SkuAnswer): string {
  return [
    `Version ${version}. It requires ${packs.map(({ id, title, version }) => `[${title}](../${id}) ${version}`).join(', ')}.`,
    '### Features',
    table(
      ['Feature', 'What it does', 'Provided by'],
      features.map(({ title, description, provided_by }) => [title, description, provided_by.map(provider).join('<br>')]),
    ),
    '### Policy bundles',
    table(
      ['Bundle', 'Entrypoints', 'Of'],
      policies.map(({ id, entrypoints, pack }) => [code(id), entrypoints.map(code).join('<br>'), pack]),
    ),
    '### Dashboards',
    table(
      ['Dashboard', 'At the API', 'Of'],
      dashboards.map((dashboard) => [dashboard.title, provider(dashboard), dashboard.pack]),
    ),
    '### Evidence APIs',
    table(
      ['Evidence', 'At the API', 'Of'],
      evidence.map((proof) => [proof.title, provider(proof), proof.pack === 'summit' ? 'the kernel' : proof.pack]),
    ),
  ].join('\n\n');
}

/** What is called by its route; else what it is, and its name. */
function provider({ kind, id, method, path }: Provision): string {
  return method !== null && path !== null ? code(`${method} ${path}`) : `${kind} ${code(id)}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
