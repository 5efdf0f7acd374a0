/** What took so long to read is kept for ten times as long: over much history it costs much, and every open dashboard asks. */
const COSTLY_MS = 500;
const KEPT_FOR = 10;

/** By key, what is being read, which all who ask meanwhile share, and for a while what was costly to read. */
export class Recent<T> {
  readonly #known = new Map<string, Promise<T>>();
  readonly #isWorthKeeping: (value: T) => boolean;

  /** @param isWorthKeeping what is not is read again, however long it took */
  constructor(isWorthKeeping: (value: T) => boolean) {
    this.#isWorthKeeping = isWorthKeeping;
  }

  of(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key);
    if (known) return known;
    const begun = performance.now();
    const reading = read();
    this.#known.set(key, reading);
    const forget = () => void this.#known.delete(key);
    reading.then((value) => {
      const took = performance.now() - begun;
      if (took < COSTLY_MS || !this.#isWorthKeeping(value)) forget();
      else setTimeout(forget, took * KEPT_FOR).unref();
    }, forget);
    return reading;
  }
}
