/** One line of CSV (RFC 4180). */
export function csvLine(fields: readonly (string | number | boolean)[]): string {
  return `${fields.map(field).join(',')}\r\n`;
}

/** What a spreadsheet would take for a formula, a negative amount apart, begins with an apostrophe, which makes it text there. */
function field(value: string | number | boolean): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r\0]/.test(value) && !/^-\d+(\.\d+)?$/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
