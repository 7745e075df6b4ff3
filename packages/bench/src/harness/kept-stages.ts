import type { Stage } from "./stage.js";

/** Processes that sleep between the scenarios in which they are used. */
export class KeptStages implements Disposable {
  readonly #path: string;
  readonly #stages = new Map<string, Stage>();
  #paths = 0;

  /** `path` is what the paths of all sockets begin with. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Where nothing listens yet. */
  newPath(): string {
    return `${this.#path}${++this.#paths}`;
  }

  async get(system: string, start: (path: string) => Promise<Stage>): Promise<Stage> {
    const stage = this.#stages.get(system) ?? (await start(this.newPath()));
    this.#stages.set(system, stage);
    return stage;
  }

  close(system: string): void {
    this.#stages.get(system)?.[Symbol.dispose]();
    this.#stages.delete(system);
  }

  closeAll(): void {
    for (const system of [...this.#stages.keys()]) {
      this.close(system);
    }
  }

  [Symbol.dispose](): void {
    this.closeAll();
  }
}
