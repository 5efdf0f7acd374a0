import { Readable } from 'node:stream';
import { ApiTokenRows } from '../database/api-token-tables.ts';
import { Users } from '../database/tables.ts';
import { type Happening, idOf, type Position } from './happening.ts';

/** What a client that comes back may be told at once fits in; one that reads slower than things happen is let go. */
const MAX_BUFFERED = 1_048_576;
/** How long a client waits before it comes back. */
const RETRY_MS = 2_000;
/** So long may a client take for the last that it is sent. */
const LAST_WORDS_MS = 1_000;

/** Who listens, as they were when they began. */
export interface Person {
  readonly tenant: string;
  readonly id: string;
  /** Of their row; null for the system. */
  readonly version: number | null;
  /** The key of the session that they listen by; null for a token. */
  readonly session: string | null;
  /** The id of the API token that they listen by; null for who came otherwise. */
  readonly apiToken: string | null;
}

/** What one listener is sent: server-sent events, as the HTML standard has them. */
export class EventStream extends Readable {
  readonly person: Person;
  #position: Position | null = null;
  #isOver = false;

  constructor(person: Person) {
    // What is pushed waits here until it is asked for.
    super({ read() {} });
    this.person = person;
    // At once, so that the client knows that it is connected.
    this.#send(`retry: ${RETRY_MS}`);
  }

  /** The beginning, for a listener that has seen nothing yet. */
  hello(at: Position): void {
    this.#position = at;
    this.#send(`event: hello\nid: ${idOf(at)}\ndata: {}`);
  }

  /** Something happened that is not told: whatever is shown must be loaded again. */
  resync(at: Position): void {
    this.#position = at;
    this.#send(`event: resync\nid: ${idOf(at)}\ndata: {}`);
  }

  /** @param text the happening as JSON, which is the same for all who listen */
  happened(at: Position, happening: Happening, text = JSON.stringify(happening)): void {
    this.#position = at;
    this.#send(`event: receipt\nid: ${idOf(at)}\ndata: ${text}`);
    if (this.#changes(happening) || this.#revokes(happening)) this.end();
  }

  /** What was not for this listener is passed by. */
  passed(at: Position): void {
    this.#position = at;
  }

  /** Keeps the connection open, and says how far the listener has come by now. */
  beat(): void {
    this.#send(this.#position ? `: still here\nid: ${idOf(this.#position)}` : ': still here');
  }

  /** After what was sent, which a client that does not read loses. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.push(null);
    const deadline = setTimeout(() => this.destroy(), LAST_WORDS_MS);
    this.once('close', () => clearTimeout(deadline));
  }

  /** Roles, or whether they are there at all: when they come back they are judged anew. */
  #changes({ subject, seq }: Happening): boolean {
    return subject.type === Users.type && subject.id === this.person.id && (seq ?? 0) > (this.person.version ?? 0);
  }

  /** At whichever replica that was. Its first receipt is of its making, which the log may tell of only now. */
  #revokes({ subject, seq }: Happening): boolean {
    return subject.type === ApiTokenRows.type && subject.id === this.person.apiToken && (seq ?? 0) > 1;
  }

  #send(text: string): void {
    if (this.#isOver || this.destroyed) return;
    this.push(`${text}\n\n`);
    if (this.readableLength > MAX_BUFFERED) this.destroy();
  }
}
