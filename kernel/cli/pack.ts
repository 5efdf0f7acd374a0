import type { Command } from 'commander';
import { addPackTestCommand } from './pack-test.ts';

/** The commands for those who write packs. What they run is loaded only then: the server needs none of it. */
export function addPackCommands(program: Command): void {
  const pack = program.command('pack').description('work on packs');
  addPackTestCommand(pack);

  pack
    .command('build')
    .argument('[dir]', 'the folder of the pack', '.')
    .description('make a package of a pack that npm can publish: its server part as one JavaScript file, its views and policies beside it')
    .option('--out <dir>', 'where to; dist in the folder of the pack unless said')
    .option('--json', 'print {"name": …, "version": …, "out": …, "files": […]}')
    .addHelpText(
      'after',
      `
The same sources give the same bytes.

Exit codes: 0 built · 1 the pack, its policies or its package.json are wrong, and stderr says where · 2 usage · 3 the package cannot be written

Examples:
  summit pack build ../vendor-risk
  summit pack build ../vendor-risk --out build && npm pack ./build`,
    )
    .action(async (dir: string, { out, json }: { out?: string; json?: boolean }) => {
      const { buildPackage } = await import('./pack-build.ts');
      const built = await buildPackage(dir, out);
      const { name, version, files, notes } = built;
      if (json) process.stdout.write(`${JSON.stringify({ name, version, out: built.out, files })}\n`);
      else process.stdout.write(`${name} ${version} ${built.out}\n`);
      process.stderr.write([...files.map((file) => `  ${file}`), ...notes.map((note) => `note: ${note}`), ''].join('\n'));
      process.stderr.write(
        `To publish it: npm publish ${built.out}\nTo try it: npm pack ${built.out}, npm install the tarball, and name ${name} among packs in summit.json\n`,
      );
    });
}
