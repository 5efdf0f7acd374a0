import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadPolicies } from '../../sdk/testing/policies.ts';

const test = suite('Policies in the test kit');
const ENTRYPOINT = 'high_risk/operations/decision';

const input = (minutes: number) => ({
  subject: { type: 'user', id: 'u1', properties: { roles: ['engineer'] } },
  action: { name: 'high-risk-ops.request.create' },
  resource: {
    type: 'high-risk-ops.request',
    id: 'r1',
    properties: { type: 'TEMP_DB_READ_ACCESS', environment: 'prod', duration_minutes: minutes, requester: 'u1' },
  },
  context: { approvals: [] },
});

test('a pack asks its policies with fixtures, without a server', async () => {
  const policies = await loadPolicies(new URL('../../policies', import.meta.url).pathname);
  assert.equal((await policies.decide(ENTRYPOINT, input(120))).required_approvals, ['team_lead', 'security_officer']);
  const { allowed, reasons } = await policies.decide(ENTRYPOINT, input(121));
  assert.equal([allowed, reasons.map(({ rule }) => rule)], [false, ['duration-limit']]);
});

test('an entrypoint that nothing answers is an error that names what there is', async () => {
  const policies = await loadPolicies(new URL('../../policies', import.meta.url).pathname);
  const said = await policies.decide('revops/decision', {}).catch((error: Error) => error.message);
  assert.match(String(said), /no bundle in .* answers revops\/decision: it has high_risk\.operations/);
});

test.run();
