/** Whether a load balancer may send requests here. A server says that it leaves while it still answers, so that none is turned away. */
export class Readiness {
  #isLeaving = false;

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  leave(): void {
    this.#isLeaving = true;
  }
}
