import { asClass, asFunction, asValue, createContainer, InjectionMode } from 'awilix';
import type { Logger } from 'pino';
import type { ActionRunner } from './action.ts';
import { Admission } from './admission.ts';
import { AccessEvaluator } from './authzen/evaluator.ts';
import { type Commands, createCommands } from './cli/commands.ts';
import type { Config } from './config/config.ts';
import type { Database } from './database/database.ts';
import { Seeding } from './demo/seeding.ts';
import { Lockout } from './http/lockout.ts';
import { RateLimit } from './http/rate-limit.ts';
import { Readiness } from './http/readiness.ts';
import { Access } from './identity/access.ts';
import { ApiTokens } from './identity/api-tokens.ts';
import { Bearers } from './identity/bearers.ts';
import { IssuerTokens } from './identity/issuer-tokens.ts';
import { Refreshes } from './identity/refreshes.ts';
import { Sessions } from './identity/sessions.ts';
import { SignIns } from './identity/sign-ins.ts';
import type { LocalTokens } from './identity/tokens.ts';
import { JobScheduler } from './jobs/jobs.ts';
import { Live } from './live/live.ts';
import { Cosigner } from './log/cosigner.ts';
import { TransparencyLog } from './log/log.ts';
import type { LogFoundations } from './log/open.ts';
import { Promises } from './log/promises.ts';
import { Metrics } from './metrics.ts';
import { OutboxWorker } from './outbox/outbox.ts';
import { Outcomes } from './outcome.ts';
import type { PackRegistry } from './packs/registry.ts';
import { AdmissionTest } from './policy/admission-test.ts';
import type { Bundles } from './policy/bundles.ts';
import type { PolicyService } from './policy/decide.ts';
import { PolicyEngine } from './policy/engine.ts';
import { QueryRunner } from './query.ts';
import { ReceiptComparison } from './receipts/comparison.ts';
import { Refusals } from './receipts/refusals.ts';
import { Readings } from './slo/readings.ts';
import { Switchboard } from './switchboard/switchboard.ts';
import { TracedActionRunner, TracedPolicyService } from './telemetry/traced.ts';
import { Tenants } from './tenancy/tenants.ts';
import { createWriter } from './write.ts';

/** What is opened before the services can be made, and closed after them. */
export interface Foundations extends LogFoundations {
  readonly config: Config;
  readonly log: Logger;
  readonly database: Database;
  readonly packs: PackRegistry;
  readonly bundles: Bundles;
  readonly tokens: LocalTokens;
  readonly version: string;
  readonly controlSecret: string;
}

/** Every service of the kernel, one of each, made when first asked for. Strict, so that no lifetime leaks into another. */
export function createServices(foundations: Foundations) {
  const container = createContainer<Foundations & Services>({ injectionMode: InjectionMode.PROXY, strict: true });
  for (const [name, value] of Object.entries(foundations)) container.register(name, asValue(value));
  container.register({
    metrics: asClass(Metrics).singleton(),
    readings: asClass(Readings).singleton(),
    access: asClass(Access).singleton(),
    sessions: asClass(Sessions).singleton(),
    apiTokens: asClass(ApiTokens).singleton(),
    issuerTokens: asClass(IssuerTokens).singleton(),
    bearers: asClass(Bearers).singleton(),
    signIns: asClass(SignIns).singleton(),
    refreshes: asClass(Refreshes).singleton(),
    admission: asClass(Admission).singleton(),
    policyEngine: asClass(PolicyEngine).singleton(),
    policy: asClass(TracedPolicyService).singleton(),
    admissionTest: asFunction(
      ({ database, packs, config }: Foundations) => new AdmissionTest({ database, packs, trustedKeys: config.policies.trustedKeys }),
    ).singleton(),
    promises: asClass(Promises).singleton(),
    cosigner: asClass(Cosigner).singleton(),
    transparencyLog: asClass(TransparencyLog).singleton(),
    write: asFunction(({ database, transparencyLog }: Foundations & Services) =>
      createWriter(database.orm, (tenant, receipts) => transparencyLog.nudge(tenant, receipts)),
    ).singleton(),
    refusals: asClass(Refusals).singleton(),
    receiptComparison: asClass(ReceiptComparison).singleton(),
    runner: asClass(TracedActionRunner).singleton(),
    queries: asClass(QueryRunner).singleton(),
    outbox: asClass(OutboxWorker).singleton(),
    outcomes: asClass(Outcomes).singleton(),
    tenants: asClass(Tenants).singleton(),
    evaluator: asClass(AccessEvaluator).singleton(),
    live: asClass(Live).singleton(),
    jobs: asClass(JobScheduler).singleton(),
    seeding: asClass(Seeding).singleton(),
    rateLimit: asClass(RateLimit).singleton(),
    readiness: asClass(Readiness).singleton(),
    lockout: asFunction(({ metrics, log }: Foundations & Services) => new Lockout({ metrics, log })).singleton(),
    switchboard: asClass(Switchboard).singleton(),
    commands: asFunction(createCommands).singleton(),
  });
  return container.cradle;
}

export interface Services {
  readonly metrics: Metrics;
  readonly readings: Readings;
  readonly access: Access;
  readonly sessions: Sessions;
  readonly apiTokens: ApiTokens;
  readonly issuerTokens: IssuerTokens;
  readonly bearers: Bearers;
  readonly signIns: SignIns;
  readonly refreshes: Refreshes;
  readonly admission: Admission;
  readonly policyEngine: PolicyEngine;
  readonly policy: PolicyService;
  readonly admissionTest: AdmissionTest;
  readonly promises: Promises;
  readonly cosigner: Cosigner;
  readonly transparencyLog: TransparencyLog;
  readonly write: ReturnType<typeof createWriter>;
  readonly refusals: Refusals;
  readonly receiptComparison: ReceiptComparison;
  readonly runner: ActionRunner;
  readonly queries: QueryRunner;
  readonly outbox: OutboxWorker;
  readonly outcomes: Outcomes;
  readonly tenants: Tenants;
  readonly evaluator: AccessEvaluator;
  readonly live: Live;
  readonly jobs: JobScheduler;
  readonly seeding: Seeding;
  readonly rateLimit: RateLimit;
  readonly readiness: Readiness;
  readonly lockout: Lockout;
  readonly switchboard: Switchboard;
  readonly commands: Commands;
}
