import type { Logger } from 'pino';
import type { ActionRunner } from '../action.ts';
import { KERNEL_PACK } from '../admission.ts';
import { deactivateUser } from '../core/deactivation.ts';
import type { Database } from '../database/database.ts';
import type { SealingKeys } from '../log/signer.ts';
import { sideBySide } from '../side-by-side.ts';
import { type Claim, RefreshClaims } from './refresh-claims.ts';
import type { Sessions } from './sessions.ts';
import type { SignIns } from './sign-ins.ts';

/** An issuer is asked about so many at once. */
const AT_A_TIME = 8;
const TENANTS_AT_A_TIME = 4;

/**
 * Asks issuers again and again whether they vouch for those who are signed in here, by the refresh token that each session has. One that
 * does not is believed at once; one that does not answer has said nothing.
 */
export class Refreshes {
  readonly #claims: RefreshClaims;
  readonly #signIns: Pick<SignIns, 'offered' | 'find' | 'refresh'>;
  readonly #sessions: Sessions;
  readonly #runner: ActionRunner;
  readonly #log: Logger;

  constructor(services: {
    database: Database;
    signIns: Pick<SignIns, 'offered' | 'find' | 'refresh'>;
    sessions: Sessions;
    runner: ActionRunner;
    sealingKeys: SealingKeys;
    log: Logger;
  }) {
    this.#claims = new RefreshClaims(services);
    this.#signIns = services.signIns;
    this.#sessions = services.sessions;
    this.#runner = services.runner;
    this.#log = services.log.child({ service: 'sign-ins' });
  }

  /** @throws AggregateError once all have had their turn, where something could not be written */
  async sweep(tenants: readonly string[]): Promise<void> {
    const failures: unknown[] = [];
    const each = <T>(items: readonly T[], count: number, work: (item: T) => Promise<void>) =>
      sideBySide(items, count, (item) => work(item).catch((error: unknown) => void failures.push(error)));
    await each(tenants, TENANTS_AT_A_TIME, async (tenant) => {
      await each(await this.#claims.owed(tenant), 1, ({ user_id, sign_in }) => this.#deactivate(tenant, user_id, sign_in));
      await each(await this.#claims.due(tenant), AT_A_TIME, async (id) => {
        const claim = await this.#claims.take(tenant, id);
        if (claim) await this.#ask(tenant, claim);
      });
    });
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} sessions could not be refreshed`);
  }

  async #ask(tenant: string, claim: Claim): Promise<void> {
    const { id, sign_in, refreshToken } = claim;
    const about = { tenant, session: id, sign_in };
    const signIn = this.#signIns.find(sign_in);
    if (!signIn || refreshToken === null) {
      if (signIn) this.#log.warn(about, "a refresh token cannot be unsealed: the log's secret is another. The session ends");
      await this.#sessions.endFor(tenant, claim, false);
      return;
    }
    const answer = await this.#signIns.refresh(signIn, refreshToken);
    if (answer.vouches === 'yes') return this.#vouched(tenant, claim, answer.refreshToken);
    if (answer.vouches === 'no') return this.#refused(tenant, claim);
    this.#log.warn({ ...about, reason: answer.reason }, 'whether somebody may stay cannot be asked now');
    if (!answer.isLost) await this.#claims.release(tenant, claim);
  }

  async #vouched(tenant: string, claim: Claim, token: string): Promise<void> {
    const { id: session, sign_in } = claim;
    if (await this.#claims.keep(tenant, claim, token)) return;
    if (await this.#claims.doubt(tenant, claim))
      this.#log.warn({ tenant, session, sign_in }, 'a refresh token came too late and is lost: the session has been claimed again since');
  }

  async #refused(tenant: string, claim: Claim): Promise<void> {
    const { id, sign_in, user_id, is_unsure } = claim;
    // A token that was replaced, by an answer that was lost, is refused as well.
    const ended = await this.#sessions.endFor(tenant, claim, !is_unsure);
    this.#log.info(
      { tenant, session: id, sign_in, user: user_id, unsure: ended !== 'refused', late: ended === 'late' },
      'an issuer does not vouch for somebody any more',
    );
    if (ended === 'late') await this.#claims.doubt(tenant, claim);
    // Where this fails, it is owed still, and the next sweep makes up for it.
    if (ended === 'refused') await this.#deactivate(tenant, user_id, sign_in);
  }

  async #deactivate(tenant: string, id: string, signIn: string): Promise<void> {
    const comment = `${signIn} does not vouch for them any more.`;
    await this.#runner.runAsSystem(deactivateUser, KERNEL_PACK, tenant, 'sign-ins', { id }, { comment });
  }
}
