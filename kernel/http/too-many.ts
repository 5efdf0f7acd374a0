import { Problem } from '../../sdk/index.ts';

/** The refusal that says when to come again. @param what begins the sentence */
export function tooMany(what: string, waitMs: number): Problem {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new Problem('rate-limited', `${what}: try again in ${seconds} s.`, { retry_after: seconds });
}
