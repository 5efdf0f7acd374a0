import { Problem, type ProblemCode, type ProblemDetails } from '../../sdk/index.ts';

/** RFC 7644, table 9: those that Summit has a use for. */
export type ScimType = 'invalidFilter' | 'uniqueness' | 'mutability' | 'invalidSyntax' | 'invalidPath' | 'noTarget' | 'invalidValue';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A refusal with the word that SCIM has for it. */
export class ScimProblem extends Problem {
  readonly scimType: ScimType;

  constructor(code: ProblemCode, scimType: ScimType, message: string, details: ProblemDetails = {}) {
    super(code, message, details);
    this.scimType = scimType;
  }
}

/** The body of an answer that refuses: RFC 7644, section 3.12. */
export function scimError(problem: Problem, status: number = problem.status) {
  const scimType = problem instanceof ScimProblem ? problem.scimType : problem.code === 'invalid-input' ? 'invalidValue' : undefined;
  return { schemas: [ERROR], status: String(status), ...(scimType ? { scimType } : {}), detail: problem.message };
}

/** What SCIM has and Summit has not. */
export function notImplemented(what: string) {
  return { schemas: [ERROR], status: '501', detail: what };
}
