import type { ActionRunner } from '../action.ts';
import { KERNEL_PACK } from '../admission.ts';
import { reactivateUser } from '../core/deactivation.ts';
import type { Database } from '../database/database.ts';
import type { Claimed } from './issuer-claims.ts';
import { personKnownAs, personLostBy } from './people.ts';

/**
 * Whoever was deactivated because an issuer did not vouch for them any more, and now signs in there again, is reactivated, with a receipt and
 * without roles. Whom somebody else has deactivated is not, nor whose name somebody else has now.
 * @param signIn the id of its `sign_in`
 */
export async function bringBack(
  { database, runner }: { database: Database; runner: ActionRunner },
  { tenant, knownBy, name }: Claimed,
  signIn: string,
): Promise<void> {
  // Another may have their name by now, and keeps it.
  if ((await personKnownAs(database, tenant, knownBy, name)) !== null) return;
  const id = await personLostBy(database, tenant, knownBy, name, signIn);
  if (id !== null)
    await runner.runAsSystem(reactivateUser, KERNEL_PACK, tenant, 'sign-ins', { id }, { comment: `They have signed in again at ${signIn}.` });
}
