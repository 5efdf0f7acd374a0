import type { Logger } from 'pino';
import { definePack, type Pack, Strict } from '../../sdk/index.ts';
import { manifestOf } from '../../sdk/manifest.ts';
import { defineQuery } from '../../sdk/query.ts';
import { KERNEL_PACK } from '../admission.ts';
import { checkAlert } from '../alerts/check.ts';
import { alertRaised, alertResolved } from '../alerts/events.ts';
import { watchIndicators } from '../alerts/job.ts';
import { getAlert, listAlerts } from '../alerts/queries.ts';
import { createApiToken } from '../api-tokens/create.ts';
import { getApiToken, listApiTokens } from '../api-tokens/queries.ts';
import { revokeApiToken } from '../api-tokens/revoke.ts';
import { withdrawApiTokens } from '../api-tokens/withdraw.ts';
import { availableActions } from '../available-actions.ts';
import type { Config } from '../config/config.ts';
import { listDashboards } from '../dashboards/list.ts';
import type { Database } from '../database/database.ts';
import { createReader } from '../database/reader.ts';
import { kernelEntities, PackEnablements } from '../database/tables.ts';
import { dryRun } from '../dry-run.ts';
import { populationQuery } from '../evidence/population-query.ts';
import { graphQueries } from '../graph/queries.ts';
import { kernelRelationships } from '../graph/record.ts';
import type { TransparencyLog } from '../log/log.ts';
import type { Pinned } from '../log/policy-file.ts';
import { logQueries } from '../log/queries.ts';
import type { WebhookSecrets } from '../log/signer.ts';
import { recordUsage } from '../metering/ingest.ts';
import { getUsageEvent, listMeters, listUsageEvents } from '../metering/queries.ts';
import { kernelMeters, kernelUsage } from '../metering/types.ts';
import type { Metrics } from '../metrics.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { everyRoleOf } from '../packs/roles.ts';
import type { AdmissionTest } from '../policy/admission-test.ts';
import type { Bundles } from '../policy/bundles.ts';
import type { PolicyService } from '../policy/decide.ts';
import type { PolicyEngine } from '../policy/engine.ts';
import { getBundle, getDecision, knownBundle, listBundles, listDecisions } from '../policy/queries.ts';
import { replayDecision } from '../policy/replay.ts';
import { PolicyRunner } from '../policy/run.ts';
import { getReceipt, listReceipts } from '../receipts/queries.ts';
import { changeScimUser, createScimUser, deleteScimUser } from '../scim/actions.ts';
import { skuQueries } from '../skus/queries.ts';
import { kernelIndicators } from '../slo/indicators.ts';
import { slo } from '../slo/query.ts';
import type { Readings } from '../slo/readings.ts';
import { switchboardCatalog } from '../switchboard/catalog.ts';
import type { Switchboard } from '../switchboard/switchboard.ts';
import { webhookEffect } from '../webhooks/deliver.ts';
import { giveUp } from '../webhooks/give-up.ts';
import { getDelivery, listDeliveries, listWebhooks } from '../webhooks/queries.ts';
import { dismissWebhook, redeliverWebhook, redeliveryEffect, settleWebhook } from '../webhooks/redeliver.ts';
import { WebhookSender } from '../webhooks/send.ts';
import { applyConfig } from './apply-config.ts';
import { deactivateUser, reactivateUser } from './deactivation.ts';
import { setPackEnablement } from './enablement.ts';
import { erasePerson } from './erase-person.ts';
import { beginEpoch } from './log-epochs.ts';
import {
  activatePolicyBundle,
  configurePolicy,
  confirmPolicy,
  getPolicy,
  listPolicies,
  withdrawPolicy,
  withdrawProposals,
} from './policy-activation.ts';
import { addPolicyBundle } from './policy-bundles.ts';
import { finishRun, policyRunEffect, policyRunQueries, startBacktest, startReplay } from './policy-runs.ts';
import { getTenant, listUsers, me, setRoles } from './users.ts';
import { coreViews } from './views.ts';

interface CoreServices {
  readonly packs: PackRegistry;
  readonly version: string;
  readonly bundles: Bundles;
  readonly database: Database;
  readonly config: Config;
  readonly log: Logger;
  readonly policy: PolicyService;
  readonly policyEngine: PolicyEngine;
  readonly admissionTest: AdmissionTest;
  readonly pinned: Pinned;
  readonly transparencyLog: TransparencyLog;
  readonly readings: Readings;
  readonly metrics: Metrics;
  readonly webhookSecrets: WebhookSecrets;
  readonly switchboard: Switchboard;
}

/** What the kernel itself offers, declared like any pack, so that it is governed, documented and checked like one. */
export function corePack(services: CoreServices): Pack {
  const { packs, version, bundles, database, config, log, policy, policyEngine, admissionTest, pinned, webhookSecrets, readings } = services;
  const listPacks = defineQuery({
    id: 'pack.list',
    title: 'Packs, and which are enabled here',
    route: { method: 'GET', path: '/packs' },
    query: Strict({}),
    async run({ db }) {
      const enablements = new Map((await db.find(PackEnablements, {})).map((row) => [row.pack_id, row]));
      const items = packs.all
        .filter(({ id }) => id !== KERNEL_PACK)
        .map((pack) => {
          const enablement = enablements.get(pack.id);
          return { ...manifestOf(pack), enabled: enablement?.status === 'enabled', tenant_settings: enablement?.settings ?? {} };
        });
      const kernel = packs.find(KERNEL_PACK);
      return { items, next_cursor: null, total: items.length, failed: packs.failed, kernel: kernel ? manifestOf(kernel) : null };
    },
  });
  const check = checkAlert(readings);
  const sender = new WebhookSender({ webhookSecrets, webhookNetworks: config.webhookNetworks });
  const queries = [
    ...[me, listUsers, listApiTokens, getApiToken, getTenant, listPacks, ...skuQueries(packs), listReceipts, getReceipt],
    ...[listDecisions, getDecision, replayDecision({ engine: policyEngine, bundles }), listBundles, getBundle, listPolicies, getPolicy],
    ...[dryRun({ packs, policy }), availableActions({ packs, policy, log })],
    ...policyRunQueries,
    ...logQueries(pinned),
    populationQuery(services),
    ...graphQueries(packs),
    listDashboards(packs),
    switchboardCatalog(packs, (pack, module) => services.switchboard.urlOf(pack, module)),
    ...[listWebhooks(webhookSecrets), listDeliveries, getDelivery],
    slo(readings, config.policyDecisionTargetMs),
    ...[listAlerts, getAlert],
    ...[listUsageEvents, getUsageEvent, listMeters(packs)],
  ];
  const everyRole = everyRoleOf(packs);
  return definePack({
    id: KERNEL_PACK,
    title: 'Summit',
    version,
    summit: `^${version}`,
    entities: kernelEntities,
    actions: [
      applyConfig,
      configurePolicy,
      setPackEnablement(packs),
      setRoles,
      deactivateUser,
      reactivateUser,
      createScimUser,
      changeScimUser,
      deleteScimUser,
      erasePerson,
      createApiToken(everyRole, config.issuers),
      revokeApiToken(everyRole),
      addPolicyBundle(admissionTest, (bundle) => bundles.store(database, [bundle])),
      activatePolicyBundle({ confirm: config.policies.confirm, test: testAgain }),
      confirmPolicy,
      withdrawPolicy,
      startBacktest,
      startReplay,
      finishRun,
      beginEpoch(config.origin),
      recordUsage(packs),
      check,
      ...[giveUp, redeliverWebhook, settleWebhook, dismissWebhook],
    ],
    queries,
    effects: [
      policyRunEffect(new PolicyRunner({ database, bundles })),
      webhookEffect({ database, sender, giveUpAfterHours: config.webhookGiveUpAfterHours }),
      redeliveryEffect({ database, sender }),
    ],
    usage: kernelUsage,
    meters: kernelMeters,
    views: coreViews(queries),
    indicators: kernelIndicators({ packs, target: config.policyDecisionTargetMs }),
    events: [alertRaised, alertResolved],
    jobs: [watchIndicators(services, check)],
    departures: [withdrawApiTokens, withdrawProposals],
    relationships: kernelRelationships,
  });

  /** What the tenant has been asked since the bundle came in is part of the test. */
  async function testAgain(tenant: string, digest: string): Promise<void> {
    const bundle = await database.transaction(tenant, 'read', async (tx) => {
      await knownBundle(createReader(tx, tenant), digest);
      return bundles.byDigest(tx, tenant, digest);
    });
    if (!bundle) throw new TypeError(`the tenant has the bundle ${digest}, and its content is not there`);
    await admissionTest.pass(tenant, bundle);
  }
}
