import { change, defineAction, none, Strict } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import { transactionOf } from '../database/reader.ts';
import { Users } from '../database/tables.ts';
import { leftTeams } from './departed.ts';
import { lockSomebodyElse } from './somebody-else.ts';

/**
 * Forgets a person: their handle and every text that they wrote. Receipts and proofs keep the commitments, which say
 * nothing without salt and value, so everything stays provable; the person stays as an opaque id that did what it did.
 */
export const erasePerson = defineAction({
  id: 'user.erase',
  title: "Erase a person's data, for good",
  route: { method: 'POST', path: '/users/:id/erase' },
  roles: ['operator'],
  input: Strict({}),
  entity: Users,
  // Again, where an action of theirs was underway while they were erased.
  from: ['active', 'deactivated', 'erased'],
  policy: none('the operator role decides'),

  async load({ db, tenant, actor, params }) {
    const user = await lockSomebodyElse(db, actor, params.id ?? '', 'Nobody erases themselves: another operator must.');
    return { user, commitments: await writtenBy(transactionOf(db), tenant, user.id) };
  },
  subject: ({ user }) => user,

  apply({ user, commitments }, at) {
    const erased = change(Users, at, user, { status: 'erased', roles: [], team_ids: [] });
    return {
      subjects: [erased],
      edges: leftTeams(user),
      usage: none('it is owed to the person, and not metered'),
      erases: commitments,
      answer: { id: user.id, status: 'erased', erased: commitments.length, version: erased.after.version },
    };
  },
});

/** What is kept about them, and what the inputs, rows and masked facts of their own actions hold. Who acted is an opaque id, and stays. */
async function writtenBy(tx: Transaction, tenant: string, userId: string): Promise<readonly string[]> {
  const rows = await tx.query<{ commitment: string }>(
    `WITH own AS (SELECT convert_from(bytes, 'UTF8')::jsonb AS receipt FROM receipts WHERE tenant_id = $1 AND actor = $2),
       masked AS (SELECT jsonb_path_query(input, '$.**.commitment') #>> '{}' AS commitment FROM policy_decisions
         WHERE tenant_id = $1 AND actor = $2 AND masked <> '{}')
     SELECT commitment FROM disclosures WHERE tenant_id = $1 AND value IS NOT NULL AND name <> 'actor' AND (
       subject_id = $3::uuid OR commitment IN (
         SELECT receipt ->> 'input_digest' FROM own
         UNION ALL SELECT jsonb_array_elements_text(receipt -> 'commitments') FROM own
         UNION ALL SELECT commitment FROM masked))
     ORDER BY commitment`,
    [tenant, userId, userId],
  );
  return rows.map(({ commitment }) => commitment);
}
