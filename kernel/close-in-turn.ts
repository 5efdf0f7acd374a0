/**
 * Closes what is open, one after the other, whatever becomes of those before.
 * @throws what the only one that could not be closed has thrown; AggregateError where there are several
 */
export async function closeInTurn(closings: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closings) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} parts could not be closed`);
  for (const failure of failures) throw failure;
}
