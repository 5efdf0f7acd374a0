import type { Outcome } from './rehearse.ts';

/** As soon as it is known. */
export function printOutcome({ fault, done, ledger, leaves, findings }: Outcome): void {
  console.log(`\n${fault.name}: ${fault.title}: ${done}`);
  if (ledger) {
    const again = ledger.acknowledged.filter(({ attempts }) => attempts > 1).length;
    const refusals = [...ledger.refusals].map(([code, count]) => `${code} ${count}`).join(', ');
    console.log(`  ${ledger.acknowledged.length} writes acknowledged, ${again} of them at a further attempt; ${leaves} leaves in the log`);
    console.log(`  not answered, or refused: ${refusals || 'none'}; the longest attempt took ${(ledger.longest / 1_000).toFixed(1)} s`);
  }
  for (const finding of findings.slice(0, 20)) console.log(`  FOUND ${finding}`);
  if (findings.length > 20) console.log(`  and ${findings.length - 20} more`);
}

/** In Markdown, for docs/chaos.md. */
export function printTable(outcomes: readonly Outcome[], lacking: readonly string[]): void {
  console.log('\n| fault | done | acknowledged | tried again | longest attempt | found |\n|---|---|---|---|---|---|');
  for (const { fault, done, ledger, findings } of outcomes) {
    const acknowledged = ledger?.acknowledged ?? [];
    const again = acknowledged.filter(({ attempts }) => attempts > 1).length;
    const longest = ledger ? `${(ledger.longest / 1_000).toFixed(1)} s` : '';
    const found = findings.length === 0 ? 'nothing' : `${findings.length}`;
    console.log(`| \`${fault.name}\` | ${done} | ${acknowledged.length} | ${again} | ${longest} | ${found} |`);
  }
  for (const what of lacking) console.log(`left out: ${what}`);
}
