import { htmlTable, htmlText } from '../../sdk/index.ts';
import { CONTROLS } from './controls.ts';
import { countsOf, type PopulationReport } from './population-report.ts';

/** A population to print and file: what was asked, what was counted, the sample, and how anybody checks all of it. */
export function populationPage(report: PopulationReport): string {
  const { tenant, type, from, to, nonce, seed, sample, subjects, range } = report;
  const counts = countsOf(report);
  const byId = new Map(subjects.map((subject) => [subject.id, subject]));
  const facts = [
    ['Tenant', tenant],
    ['Type', type],
    ['From', from ?? 'the beginning of the log'],
    ['To', to ?? `now, ${range.now}`],
    ['Generated at', range.now],
    ['Nonce', nonce ?? 'none'],
    ['Seed of the sample', seed],
  ];
  const counted = [
    ['Subjects', counts.subjects],
    ['In the sample', counts.sampled],
    ['Their receipts', counts.receipts],
    ['Entries of the log in the range', counts.entries],
    ...Object.entries(counts.by_status).map(([status, count]) => [`Subjects that are ${status}`, count]),
  ];
  const sampled = sample.flatMap((id) => byId.get(id) ?? []);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${htmlText(`Population of ${type}, ${tenant}`)}</title><link rel="stylesheet" href="/print.css"></head><body><main>
<h1>Population of ${htmlText(type)}</h1>
<p>Every ${htmlText(type)} of ${htmlText(tenant)} that was created in the range, and a sample of them that was drawn by a seed and picked by nobody.</p>
<section><h2>What was asked</h2>${rows(facts)}</section>
<section><h2>What there is</h2>${rows(counted)}</section>
<section><h2>Sample</h2>${htmlTable(
    ['', 'Id', 'Created at', 'Status', 'Version', 'Receipts'],
    sampled.map(({ id, created_at, status, version, receipts }, index) =>
      [String(index + 1), id, created_at, status, String(version), String(receipts)].map(htmlText),
    ),
  )}</section>
<section><h2>Checkpoints</h2>
<p>The range lies between checkpoints of the log, each signed by the log. A time stands for the last checkpoint up to it: what was
written in the moment before it, and not yet signed, belongs to the next range.</p>${checkpoints(report)}</section>
<section><h2>How to verify</h2>${howToVerify(report)}</section>
<section><h2>Controls</h2>${htmlTable(
    ['Control', 'Asks', 'What this population shows'],
    CONTROLS.map(({ id, asks, shows }) => [id, asks, shows].map(htmlText)),
  )}</section>
</main></body></html>`;
}

function rows(facts: readonly (readonly (string | number)[])[]): string {
  return htmlTable(
    ['', ''],
    facts.map(([name = '', value = '']) => [htmlText(String(name)), htmlText(String(value))]),
  );
}

function checkpoints({ range }: PopulationReport): string {
  return range.segments
    .map(({ origin, from, to, proof }) => {
      const before = proof.from_checkpoint === null ? '' : `<pre>${htmlText(proof.from_checkpoint)}</pre>`;
      return `<p>Entries ${from} to ${to} of ${htmlText(origin)}:</p>${before}<pre>${htmlText(proof.to_checkpoint)}</pre>`;
    })
    .join('');
}

/** The same range and the same sample, as the document that proves them. */
function howToVerify({ tenant, type, from, to, seed, sample, nonce, range }: PopulationReport): string {
  const parameters = {
    ...(from === null ? {} : { from }),
    to: to ?? range.now,
    seed,
    sample: String(sample.length),
    ...(nonce === null ? {} : { nonce }),
  };
  const path = `/evidence/populations/${type}?${new URLSearchParams(parameters)}`;
  const steps = `curl -H "Authorization: Bearer $TOKEN" "$URL${path}" > population.json
npx summit verify population.json --policy ${tenant}.policy`;
  return `<p>With the file of the tenant's keys that you have pinned (<code>/log/policy</code>), offline:</p><pre>${htmlText(steps)}</pre>
<p>It folds every entry of the range from one checkpoint to the other, finds all subjects among them, draws the sample again, and
compares. Then ask for the evidence of each of the sample, and verify that in the same way.</p>`;
}
