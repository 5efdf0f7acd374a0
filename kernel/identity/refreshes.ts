import type { Logger } from 'pino';
import type { ActionRunner } from '../action.ts';
import { KERNEL_PACK } from '../admission.ts';
import { deactivateUser } from '../core/deactivation.ts';
import type { Database } from '../database/database.ts';
import type { SealingKeys } from '../log/signer.ts';
import { sideBySide } from '../side-by-side.ts';
import { seal, unseal } from './sealed.ts';
import type { Sessions } from './sessions.ts';
import type { SignIns } from './sign-ins.ts';

/** The job comes by once a minute; what was asked since the time before is not asked again by another replica. */
const APART = '30 seconds';
/** An issuer is asked about so many at once. */
const AT_A_TIME = 8;
const TENANTS_AT_A_TIME = 4;

/** A session whose issuer is to be asked, and by nobody else meanwhile. */
interface Due {
  readonly id: string;
  readonly user_id: string;
  readonly sign_in: string;
  readonly refresh_token: Buffer;
  /** What was answered the last time is not known: the token may have been replaced by one that was lost. */
  readonly is_unsure: boolean;
}

/**
 * Asks issuers again and again whether they vouch for those who are signed in here, by the refresh token that each session has. One that
 * does not is believed at once; one that does not answer has said nothing.
 */
export class Refreshes {
  readonly #database: Database;
  readonly #signIns: SignIns;
  readonly #sessions: Sessions;
  readonly #runner: ActionRunner;
  readonly #sealingKeys: SealingKeys;
  readonly #log: Logger;

  constructor(services: { database: Database; signIns: SignIns; sessions: Sessions; runner: ActionRunner; sealingKeys: SealingKeys; log: Logger }) {
    this.#database = services.database;
    this.#signIns = services.signIns;
    this.#sessions = services.sessions;
    this.#runner = services.runner;
    this.#sealingKeys = services.sealingKeys;
    this.#log = services.log.child({ service: 'sign-ins' });
  }

  /** @throws AggregateError once all have had their turn, where something could not be written */
  async sweep(tenants: readonly string[]): Promise<void> {
    if (this.#signIns.offered.length === 0) return;
    const failures: unknown[] = [];
    await sideBySide(tenants, TENANTS_AT_A_TIME, async (tenant) => {
      const due = await this.#claim(tenant);
      await sideBySide(due, AT_A_TIME, (session) => this.#refresh(tenant, session).catch((error: unknown) => void failures.push(error)));
    });
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} sessions could not be refreshed`);
  }

  /** Each is had by one replica: who updates the row first. */
  #claim(tenant: string): Promise<readonly Due[]> {
    return this.#database.transaction(tenant, 'write', (tx) =>
      tx.commitWith<Due>(
        `WITH due AS (
           SELECT id, refreshing_since IS NOT NULL AS is_unsure FROM sessions
             WHERE tenant_id = $1 AND refresh_token IS NOT NULL AND ended_at IS NULL AND expires_at > summit_now()
               AND refreshed_at <= summit_now() - interval '${APART}' FOR UPDATE)
         UPDATE sessions s SET refreshed_at = summit_now(), refreshing_since = summit_now() FROM due WHERE s.tenant_id = $1 AND s.id = due.id
           RETURNING s.id, s.user_id, s.sign_in, s.refresh_token, due.is_unsure`,
        [tenant],
      ),
    );
  }

  async #refresh(tenant: string, session: Due): Promise<void> {
    const { id, sign_in, is_unsure, user_id } = session;
    const about = { tenant, session: id, sign_in };
    const signIn = this.#signIns.find(sign_in);
    if (!signIn) return this.#sessions.endFor(tenant, id, false);
    let next: string | null;
    try {
      next = await this.#signIns.refresh(signIn, unseal(this.#sealingKeys.refreshTokenKey(tenant), Buffer.from(session.refresh_token), id));
    } catch (error) {
      // Of what it has answered nothing more: there may be a token in it.
      this.#log.warn({ ...about, reason: error instanceof Error ? error.message : String(error) }, 'whether somebody may stay cannot be asked now');
      return;
    }
    if (next !== null) return this.#keep(tenant, id, next);
    this.#log.info({ ...about, user: user_id, unsure: is_unsure }, 'an issuer does not vouch for somebody any more');
    await this.#sessions.endFor(tenant, id, !is_unsure);
    // A token that was replaced, by an answer that was lost, is refused as well.
    if (!is_unsure)
      await this.#runner.runAsSystem(
        deactivateUser,
        KERNEL_PACK,
        tenant,
        'sign-ins',
        { id: user_id },
        {
          comment: `${sign_in} does not vouch for them any more.`,
        },
      );
  }

  async #keep(tenant: string, id: string, token: string): Promise<void> {
    await this.#database.transaction(tenant, 'write', (tx) =>
      tx.commitWith('UPDATE sessions SET refresh_token = $3, refreshing_since = NULL WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL', [
        tenant,
        id,
        seal(this.#sealingKeys.refreshTokenKey(tenant), token, id),
      ]),
    );
  }
}
