export { type Answered, type Asked, answerTo } from './answer.ts';
export type { Answer, Evaluator, Questions } from './evaluate.ts';
export type { Finding } from './findings.ts';
export { type Policy, parsePolicy } from './policy.ts';
export { type LogPromise, verifyPromise } from './promise.ts';
export { type Line, linesOf, printable, reportJson, reportText, titleOf } from './report.ts';
export { formatState, parseState, type State } from './state.ts';
export { type Report, type VerifyOptions, verifyEvidence } from './verify.ts';
