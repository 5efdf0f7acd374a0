interface Progress {
  readonly evaluated: number;
  readonly skipped: number;
  /** null until the run has begun. */
  readonly total: number | null;
}

interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR = 30;
/** Between two lines, where there is no terminal to draw a bar on. */
const LINE_MS = 10_000;
const CLEAR_LINE = '\r\x1b[K';

/** Shows how far a run has come: a bar on a terminal, an occasional line elsewhere. First of all, which run: its id is what resumes it. */
export class RunProgress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  #lineAt: number;

  constructor(terminal: Terminal, title: string, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
    this.#lineAt = now() + LINE_MS;
    terminal.write(`${title}\n`);
  }

  show({ evaluated, skipped, total }: Progress): void {
    const done = evaluated + skipped;
    const share = total === null ? 0 : total === 0 ? 1 : done / total;
    const text = total === null ? 'waiting to begin' : `${Math.floor(share * 100)} %, ${readable(done)} of ${readable(total)} decisions`;
    if (this.#terminal.isTTY) {
      const filled = Math.floor(share * BAR);
      this.#terminal.write(`${CLEAR_LINE}[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${text}`);
    } else if (this.#now() >= this.#lineAt) {
      this.#lineAt = this.#now() + LINE_MS;
      this.#terminal.write(`${text}\n`);
    }
  }

  end(): void {
    if (this.#terminal.isTTY) this.#terminal.write(CLEAR_LINE);
  }
}

function readable(count: number): string {
  return count.toLocaleString('en-US');
}
