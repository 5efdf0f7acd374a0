import { defineEvidence } from '../../sdk/index.ts';
import { HighRiskRequest } from './entities.ts';
import { filesOf, presentRequest } from './request.ts';

export const requestEvidence = defineEvidence({
  id: 'high-risk-ops',
  title: 'What proves a request',
  path: '/evidence/high-risk-ops/:id',
  entity: HighRiskRequest,
  async members(db, id) {
    const [file] = await filesOf(db, [await db.one(HighRiskRequest, id)]);
    if (!file) return {};
    const { approvals, execution, ...request } = presentRequest(file);
    return { request, approvals, execution };
  },
});
