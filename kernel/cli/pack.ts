import type { Command } from 'commander';
import { addPackTestCommand } from './pack-test.ts';

/** The commands for those who write packs. */
export function addPackCommands(program: Command): void {
  const pack = program.command('pack').description('work on a pack');
  addPackTestCommand(pack);
}
