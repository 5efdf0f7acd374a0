import { Problem, Strict, Type } from '../../sdk/index.ts';
import type { Database } from '../database/database.ts';
import { createReader } from '../database/reader.ts';
import type { LocalTokens } from '../identity/tokens.ts';
import { assertValid } from '../validation.ts';

const TokenInput = Strict({ tenant: Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$' }), user: Type.String({ minLength: 1 }) });

/** The commands that need the database. A running server performs them for the CLI; else the CLI opens the database itself. */
export function createCommands({ database, tokens }: { database: Database; tokens: LocalTokens }) {
  return {
    async token(input: unknown): Promise<{ token: string }> {
      assertValid(TokenInput, input);
      const { tenant, user } = input as { tenant: string; user: string };
      const userId = await database.transaction(tenant, 'read', (tx) => createReader(tx, tenant).userByHandle(user));
      if (!userId) throw new Problem('not-found', `Tenant ${tenant} has nobody with the handle ${user}.`);
      return { token: await tokens.issue({ tenant, userId }) };
    },
  };
}

export type Commands = ReturnType<typeof createCommands>;
