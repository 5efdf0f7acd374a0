import type { Command } from 'commander';
import type { Told } from '../demo/seeding.ts';
import { perform } from './client.ts';

export function addSeedCommand(program: Command): void {
  program
    .command('seed')
    .description('fill a tenant with the demonstrations of its packs, through real actions; once, however often it is run')
    .option('--tenant <id>', 'this one of the tenants whose files say "demo": true, as config/tenants/demo-external.json does; else all of them')
    .option('--json', 'print {"stories": […]}')
    .addHelpText(
      'after',
      '\nRefused in production. A run that was cut off is taken up by the next one.\n\nExample:\n  summit seed --tenant demo-external',
    )
    .action(async ({ tenant, json }: { tenant?: string; json?: boolean }) => {
      const { assertNotInProduction } = await import('../demo/not-in-production.ts');
      // Before anything is opened or asked.
      assertNotInProduction(process.env, 'seeded');
      const { stories } = await perform('seed', tenant === undefined ? {} : { tenant });
      if (json) process.stdout.write(`${JSON.stringify({ stories }, null, 2)}\n`);
      else tellOf(stories);
    });
}

/** What was made now, a line for each pack. */
export function tellOf(stories: readonly Told[]): void {
  for (const { tenant, pack, title, outcome, made, left } of stories) {
    const counts = Object.entries(made).map(([type, count]) => `${count} ${type}`);
    const told = `${title}. Made ${counts.join(', ') || 'nothing more'}.${left.length > 0 ? ` Left as people made them: ${left.join(', ')}.` : ''}`;
    process.stderr.write(`${tenant}, ${pack}: ${outcome === 'told' ? told : 'was seeded before, nothing has changed.'}\n`);
  }
  if (stories.length === 0)
    process.stderr.write('There is nothing to seed: no pack with a demonstration is enabled there, or no tenant file says "demo": true.\n');
}
