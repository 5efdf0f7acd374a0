/**
 * What a query answers once its transaction is over. Signing may ask another machine, and a download takes as long as its
 * client does: neither may hold a transaction open.
 */
export class Deferred {
  readonly finish: () => Promise<unknown>;

  constructor(finish: () => Promise<unknown>) {
    this.finish = finish;
  }
}
