import { type Action, type GovernedRow, Problem } from '../sdk/index.ts';

/** Any body for an existing subject may carry `expected_version`, whatever else its schema takes. */
export function splitExpectedVersion(action: Action, body: unknown): { input: unknown; expectedVersion: number | undefined } {
  if (action.from.length === 0 || typeof body !== 'object' || body === null || !('expected_version' in body)) {
    return { input: body, expectedVersion: undefined };
  }
  const { expected_version, ...input } = body;
  if (typeof expected_version === 'number' && Number.isInteger(expected_version)) return { input, expectedVersion: expected_version };
  throw new Problem('invalid-input', 'expected_version must be integer', { errors: [{ path: 'expected_version', message: 'must be integer' }] });
}

/** @throws Problem `conflict` where the caller has seen another version, `invalid-state` where the action makes no sense now */
export function assertCurrent(action: Action, subject: GovernedRow, expectedVersion: number | undefined): void {
  const { id, status, version } = subject;
  if (expectedVersion !== undefined && expectedVersion !== version) {
    throw new Problem('conflict', `${action.entity.type} ${id} is at version ${version}, not ${expectedVersion}: read it again.`);
  }
  if (!action.from.includes(status)) {
    throw new Problem('invalid-state', `${action.title}: this is ${status}, and must be ${action.from.join(' or ')}.`);
  }
}
