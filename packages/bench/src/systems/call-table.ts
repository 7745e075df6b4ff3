/** The calls of one connection that wait for their reply. */
export class CallTable<Reply> {
  readonly #waiting = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>();
  #lastId = 0;

  /** Starts a call: `send` gets the id that its reply will carry. */
  call(send: (id: number) => void): Promise<Reply> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      send(id);
    });
  }

  settle(id: number, reply: Reply): void {
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    call?.resolve(reply);
  }

  failAll(error: Error): void {
    for (const call of this.#waiting.values()) {
      call.reject(error);
    }
    this.#waiting.clear();
  }
}
