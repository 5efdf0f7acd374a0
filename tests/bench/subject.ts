import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../kernel/config/config.ts';
import { createLog } from '../../kernel/log.ts';
import { type Summit, startSummit } from '../../kernel/main.ts';
import type { Variant } from './load.ts';

export const ROOT = new URL('../..', import.meta.url).pathname;
export const TENANT = 'demo-external';
export const REQUESTS = '/high-risk-ops/requests';

/** The connections that kernel and baseline each may use: the kernel's default. */
export const POOL_SIZE = 20;

/** What every client asks for. */
export const REQUEST = {
  type: 'TEMP_DB_READ_ACCESS',
  target: 'orders-db',
  environment: 'prod',
  duration_minutes: 60,
  justification: 'look at order 4711',
};

/** What the policies are asked, by whichever way. */
export const QUESTION = {
  subject: { type: 'user', id: '01890a5d-ac96-774b-bcce-b302099a8057', properties: { roles: ['engineer'] } },
  action: { name: 'high-risk-ops.request.create' },
  resource: {
    type: 'high-risk-ops.request',
    id: '01890a5d-ac96-774b-bcce-b302099a8058',
    properties: { ...REQUEST, requester: '01890a5d-ac96-774b-bcce-b302099a8057' },
  },
  context: { approvals: [] },
};

export const ENTRYPOINT = 'high_risk/operations/decision';

/** The Summit that is measured, in this process, with its HTTP server. */
export interface Subject {
  readonly summit: Summit;
  readonly token: string;
  /** Creates a request through the action runner: admission, policy, receipt and all. @returns its id */
  create(): Promise<string>;
  readonly creation: Variant;
  close(): Promise<void>;
}

export interface Setting {
  /** Who asks. */
  readonly tenant: string;
  readonly user: string;
  readonly storeEvaluations: boolean;
  /** Others like it, that are there too. */
  readonly tenants?: readonly string[];
}

export const ENGINEER: Setting = { tenant: TENANT, user: 'engineer', storeEvaluations: true };

export async function startSubject(databaseUrl: string, { tenant, user, storeEvaluations, tenants = [] }: Setting = ENGINEER): Promise<Subject> {
  const dataDir = mkdtempSync(join(tmpdir(), 'summit-bench-'));
  const loaded = loadConfig({ PORT: '0', NODE_ENV: 'test', SUMMIT_DATA_DIR: dataDir, DATABASE_URL: databaseUrl }, ROOT);
  const like = loaded.tenants.filter(({ id }) => id === tenant);
  const others = tenants.flatMap((id) => like.map((file) => ({ ...file, id })));
  // One person asks for all of the load.
  const unlimited = { tokenRequestsPerMinute: 1e9, requestsPerMinute: 1e9, tenantRequestsPerMinute: 1e9 };
  const config = { ...loaded, tenants: [...loaded.tenants, ...others], ...unlimited, policies: { ...loaded.policies, storeEvaluations } };
  const summit = await startSummit(config, { log: createLog('silent') });
  const { packs, runner, commands, tokens } = summit.services;
  const found = packs.operations.find(({ operation }) => operation.id === 'high-risk-ops.request.create');
  if (found?.kind !== 'action') throw new Error('there is no action high-risk-ops.request.create to measure');
  const { operation, pack } = found;
  const { token } = await commands.token({ tenant, user });
  const caller = await tokens.verify(token);

  async function create(): Promise<string> {
    const { subjectId } = await runner.run(operation, pack, caller, { params: {}, read: async () => ({ body: { ...REQUEST } }) });
    return subjectId;
  }

  return {
    summit,
    token,
    create,
    creation: {
      name: 'governed',
      run: async () => {
        await create();
      },
    },
    async close() {
      await summit.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
