import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export type StopSignal = (typeof SIGNALS)[number];

/**
 * Takes the signals that stop a process, from here on: process 1 of a container gets none that it has not asked for. Until something is
 * put in its place each ends the process at once, as it would by itself: what a start or a migration does is done in transactions.
 * @returns puts something in its place
 */
export function takeSignals(): (stop: (signal: StopSignal) => void) => void {
  // The code by which a shell reports it.
  let act = (signal: StopSignal): void => process.exit(128 + constants.signals[signal]);
  for (const signal of SIGNALS) process.once(signal, () => act(signal));
  return (stop) => {
    act = stop;
  };
}
