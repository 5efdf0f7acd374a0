import { Socket } from 'node:net';

/**
 * Sends what is written in one turn of the event loop by one system call: BEGIN goes out with the first query of its
 * transaction, the last statement with COMMIT. System calls are a good part of what a write costs.
 */
export class BatchingSocket extends Socket {
  #batching = false;

  override write(...args: unknown[]): boolean {
    if (!this.#batching) {
      this.#batching = true;
      this.cork();
      process.nextTick(() => {
        this.#batching = false;
        this.uncork();
      });
    }
    return Reflect.apply(super.write, this, args);
  }

  override connect(...args: unknown[]): this {
    Reflect.apply(super.connect, this, args);
    // Node's connect puts the plain `write` on the instance, in front of ours.
    Reflect.deleteProperty(this, 'write');
    return this;
  }
}
