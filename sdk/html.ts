/** Pieces of plain HTML: pages for people, without scripts. */

/**
 * A table for a page for people, plain HTML without scripts. It takes HTML and not text: whatever was written by somebody goes
 * through `htmlText` first.
 *
 * @param head the titles of the columns, as HTML
 * @param rows the cells of each row, as HTML
 * @example
 * ```ts
 * const table = htmlTable(['Vendor', 'Country'], [[htmlText('Globex & <Sons>'), htmlText('NL')]]);
 * assert.match(table, /<td>Globex &#38; &#60;Sons&#62;<\/td><td>NL<\/td>/);
 * ```
 */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]) => `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${cells('th', head)}</thead><tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table></div>`;
}

/**
 * Text as HTML, in elements and in quoted attributes. In a script, a style or a URL it protects nothing.
 *
 * @example
 * ```ts
 * assert.equal(`<b title="${htmlText('"Globex"')}">`, '<b title="&#34;Globex&#34;">');
 * ```
 */
export function htmlText(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
