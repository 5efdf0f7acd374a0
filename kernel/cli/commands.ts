import { Problem, Strict, Type } from '../../sdk/index.ts';
import { TenantFile } from '../config/tenant.ts';
import type { Database } from '../database/database.ts';
import { createReader } from '../database/reader.ts';
import type { LocalTokens } from '../identity/tokens.ts';
import { assertValid } from '../validation.ts';
import { createDoctorCommands, type DoctorCommandServices } from './doctor-commands.ts';
import { createJobCommands, type JobCommandServices } from './job-commands.ts';
import { createLogCommands, type LogCommandServices } from './log-commands.ts';
import { createPacksCommands, type PacksCommandServices } from './packs-commands.ts';
import { createPolicyCommands, type PolicyCommandServices } from './policy-commands.ts';
import { createSeedCommands, type SeedCommandServices } from './seed-commands.ts';

const TokenInput = Strict({ tenant: TenantFile.properties.id, user: Type.String({ minLength: 1 }) });

interface CommandServices
  extends PolicyCommandServices,
    LogCommandServices,
    JobCommandServices,
    PacksCommandServices,
    SeedCommandServices,
    DoctorCommandServices {
  readonly database: Database;
  readonly tokens: LocalTokens;
}

/** The commands that need the database. A running server performs them for the CLI; else the CLI opens the database itself. */
export function createCommands(services: CommandServices) {
  const { database, tokens } = services;
  return {
    async token(input: unknown): Promise<{ token: string }> {
      assertValid(TokenInput, input);
      const { tenant, user } = input;
      const userId = await database.transaction(tenant, 'read', (tx) => createReader(tx, tenant).resolve(`user:${user}`));
      if (!userId) throw new Problem('not-found', `Tenant ${tenant} has nobody with the handle ${user}.`);
      return { token: await tokens.issue({ tenant, userId }) };
    },
    ...createPolicyCommands(services),
    ...createLogCommands(services),
    ...createJobCommands(services),
    ...createPacksCommands(services),
    ...createSeedCommands(services),
    ...createDoctorCommands(services),
  };
}

type Created = ReturnType<typeof createCommands>;

/** What each command answers. */
export type CommandResults = { readonly [Name in keyof Created]: Awaited<ReturnType<Created[Name]>> };

export type Commands = { readonly [Name in keyof CommandResults]: (input: unknown) => Promise<CommandResults[Name]> };
