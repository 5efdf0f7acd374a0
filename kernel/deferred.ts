/**
 * What a query answers once its transaction is over. Signing may ask another machine, a build takes seconds, and a
 * download takes as long as its client does: none of them may hold a transaction open.
 */
export class Deferred {
  readonly finish: () => Promise<unknown>;

  constructor(finish: () => Promise<unknown>) {
    this.finish = finish;
  }
}
