/** Of a component of a CycloneDX document, what is read here. */
export interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly license?: { readonly id?: string; readonly name?: string }; readonly expression?: string }[];
}

/** They ask for a notice at most. What asks for more, or says nothing, is for a person to decide. */
const PERMISSIVE: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]);

/** Whose package.json says nothing, and where it is said. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ['@summit/kernel', 'our own'],
  ['@summit/sdk', 'our own'],
  ['nub@0.0.0', 'MIT/X11, as its package.json says in a form of before SPDX'],
]);

/** Each component whose licence is not known to be permissive, with what it says. */
export function unfitLicences(components: readonly Component[]): readonly string[] {
  return components.flatMap((component) => {
    const { name, version, licenses = [], purl } = component;
    const said = licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? '');
    if (said.length > 0 && said.every(isPermissive)) return [];
    const owned = [...KNOWN.keys()].some((known) => decodeURIComponent(purl).startsWith(`pkg:npm/${known}`));
    return owned ? [] : [`${name} ${version}: ${said.join(', ') || 'no licence'}`];
  });
}

/** An SPDX expression: one of what OR joins will do, and all of what AND does. */
function isPermissive(expression: string): boolean {
  const choices = expression.replaceAll(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((id) => PERMISSIVE.has(id.trim())));
}
