import { npmJson } from './npm.ts';

/**
 * `npm run audit`: asks the registry for advisories about what production is made of, and ends with 1 where one is high or critical. A registry that
 * is a mirror may have no advisories to give: then it says so, and that nothing was audited.
 */
const report = npmJson(['audit', '--omit', 'dev', '--json']) as {
  readonly message?: string;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
};
if (report.vulnerabilities) {
  const found = Object.entries(report.vulnerabilities);
  for (const [name, { severity, range }] of found) process.stdout.write(`${severity}: ${name} ${range}\n`);
  process.stdout.write(`audited: ${found.length} advisories\n`);
  process.exitCode = found.some(([, { severity }]) => severity === 'high' || severity === 'critical') ? 1 : 0;
} else {
  process.stdout.write(`NOT AUDITED: the registry has no advisories to give (${report.message?.split(' - ')[0] ?? 'it does not say why'})\n`);
}
