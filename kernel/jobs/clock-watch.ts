/** So soon is it noticed. */
const LOOK_EVERY_MS = 5_000;
/** A timer that is late, or a clock that is brought into step gently, is no jump. */
const JUMP_MS = 2_000;

interface Clock {
  /** Milliseconds since 1970, by a clock that may be set. */
  readonly wall?: () => number;
  readonly everyMs?: number;
}

/** Calls whenever the clock of this machine was set, ahead or back: whatever waits for a time of day has to work out anew for how long. */
export function onClockSet(listener: () => void, { wall = Date.now, everyMs = LOOK_EVERY_MS }: Clock = {}): { cancel(): void } {
  // Against the clock that nobody can set.
  const offset = () => wall() - performance.now();
  let known = offset();
  const timer = setInterval(() => {
    const now = offset();
    const jumped = Math.abs(now - known) > JUMP_MS;
    known = now;
    if (jumped) listener();
  }, everyMs);
  timer.unref();
  return { cancel: () => clearInterval(timer) };
}
