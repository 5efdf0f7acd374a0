import { join } from 'node:path';
import type { Config } from '../../kernel/config/config.ts';
import { logConfigOf } from '../../kernel/config/log.ts';
import { withLoopback } from '../../kernel/config/networks.ts';
import { rateLimitsOf } from '../../kernel/config/rate-limits.ts';
import type { TenantFile } from '../../kernel/config/tenant.ts';
import { sampleInputs } from '../../kernel/sample-input.ts';
import type { Pack } from '../pack.ts';
import type { Place } from './kernel.ts';
import { type PackFolder, SUMMIT } from './pack-folders.ts';
import { peopleFor, rolesOf } from './people.ts';

/** The tenant that a test acts in, and the one that must see nothing of it. */
export const TENANT = 'acme';
export const OTHER_TENANT = 'elsewhere';

const ORIGIN = 'summit.test';

export interface Wanted {
  readonly packs: readonly PackFolder[];
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly roles: readonly string[];
  readonly teams: readonly string[];
  readonly timeZone: string;
  readonly webhooks: TenantFile['webhooks'];
}

/** What a Summit is configured with that has these packs and nothing else. @throws Error where there are settings for another */
export function configureKit(wanted: Wanted, { dataDir, databaseUrl }: Place): Config {
  const known = wanted.packs.map(({ pack }) => pack.id);
  const stray = Object.keys(wanted.settings).find((id) => !known.includes(id));
  if (stray !== undefined) throw new Error(`the option settings names ${stray}, and there is no such pack: there are ${known.join(', ')}`);
  return {
    environment: {
      ...{
        PORT: 0,
        HOST: '127.0.0.1',
        NODE_ENV: 'test',
        LOG_LEVEL: 'silent',
        SUMMIT_DATA_DIR: dataDir,
        SUMMIT_CONFIG: '',
        SUMMIT_SEED: 'off',
        SUMMIT_REPLICAS: 1,
        SUMMIT_DRAIN_SECONDS: 0,
      },
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    },
    dataDir,
    origin: ORIGIN,
    log: logConfigOf({ origin: ORIGIN, witnesses: [] }, { base: dataDir, dataDir, production: false, replicas: 1 }).config,
    traces: null,
    packPaths: wanted.packs.map(({ path }) => path),
    policies: { folder: join(SUMMIT, 'policies'), confirm: false, storeEvaluations: true, trustedKeys: {} },
    policyDecisionTargetMs: 50,
    seedsAtStart: false,
    issuers: [],
    signIns: [],
    tenants: [TENANT, OTHER_TENANT].map((id) => tenantOf(id, wanted)),
    webhookNetworks: withLoopback([], false),
    webhookGiveUpAfterHours: 72,
    ...{
      bodyLimit: 262_144,
      outcomeWaitMs: 3_000,
      publicUrl: null,
      ...rateLimitsOf({ requests_per_minute: 1_000_000 }),
      trustedProxies: [],
      sessionMinutes: 720,
      heartbeatMs: 15_000,
    },
  };
}

function tenantOf(id: string, { packs, settings, roles, teams, timeZone, webhooks }: Wanted): TenantFile {
  const everyRole = [...roles, ...rolesOf(packs.map(({ pack }) => pack))];
  return {
    id,
    title: id,
    time_zone: timeZone,
    teams: [...teams],
    users: peopleFor(everyRole).map((person) => ({ ...person, teams: [...teams] })),
    packs: Object.fromEntries(packs.map(({ pack }) => [pack.id, { enabled: true, settings: settings[pack.id] ?? sampleSettings(pack) }])),
    ...(webhooks && id === TENANT ? { webhooks } : {}),
  };
}

/** Nothing at all, where that will do. */
function sampleSettings({ settings }: Pack): Record<string, unknown> {
  return { ...sampleInputs(settings)[0] };
}
