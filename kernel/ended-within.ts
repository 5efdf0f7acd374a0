/**
 * Waits for what ends by itself, and no longer. It keeps the process meanwhile, which what is waited for may not.
 * @param ms milliseconds @returns whether it has ended
 */
export async function endedWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const deadline = setTimeout(() => late.resolve(false), ms);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(deadline);
  }
}
