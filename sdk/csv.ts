/**
 * One line of CSV (RFC 4180), with its end. What a spreadsheet would run as a formula becomes text there; a negative amount
 * stays one.
 *
 * @example
 * ```ts
 * assert.equal(csvLine(['Globex, Inc.', 12, true]), '"Globex, Inc.",12,true\r\n');
 * assert.equal(csvLine(['=HYPERLINK("http://evil.example")', '-12.50']), '"\'=HYPERLINK(""http://evil.example"")",-12.50\r\n');
 * ```
 */
export function csvLine(fields: readonly (string | number | boolean)[]): string {
  return `${fields.map(field).join(',')}\r\n`;
}

/** What a spreadsheet would take for a formula, a negative amount apart, begins with an apostrophe, which makes it text there. */
function field(value: string | number | boolean): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r\0]/.test(value) && !/^-\d+(\.\d+)?$/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
