import type { Stage } from './stage.ts';

/** One thing that every pack must do. */
export interface Check {
  /** What holds, in words. */
  readonly name: string;
  /** What does not hold, each with what its author must mend. */
  faults(stage: Stage): Promise<readonly string[]>;
}

/** What is wrong with one thing after the other; what breaks in the middle is a fault of that one. */
export async function faultsOfEach<T>(
  things: readonly T[],
  nameOf: (thing: T) => string,
  faultOf: (thing: T) => Promise<string | null>,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const thing of things) {
    const fault = await faultOf(thing).catch(messageOf);
    if (fault !== null) faults.push(`${nameOf(thing)}: ${fault}`);
  }
  return faults;
}

/** Of several the first: where one subject fails, the others mostly do for the same reason. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return `${error.message}: ${messageOf(error.errors[0])}`;
  return error instanceof Error ? error.message : String(error);
}
