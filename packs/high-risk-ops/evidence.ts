import { defineEvidence } from '@summit/sdk';
import { Execution, HighRiskRequest } from './entities.ts';

export const requestEvidence = defineEvidence({
  id: 'high-risk-ops',
  title: 'What proves a request',
  path: '/evidence/high-risk-ops/:id',
  members: { request: HighRiskRequest, execution: Execution },
  async collect(db, id) {
    const request = await db.one(HighRiskRequest, id);
    const [execution = null] = await db.find(Execution, { request_id: request.id });
    return { request, execution };
  },
});
