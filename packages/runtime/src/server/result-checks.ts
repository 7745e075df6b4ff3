import type { InterfaceSchemas } from "../interface-definition.js";

/** Checks results against an interface's schemas, which are loaded once: when the server begins to listen, at the latest. */
export class ResultChecks {
  readonly #import: () => Promise<InterfaceSchemas>;
  #schemas: InterfaceSchemas | null = null;
  #loading: Promise<void> | null = null;

  constructor(importSchemas: () => Promise<InterfaceSchemas>) {
    this.#import = importSchemas;
  }

  get isReady(): boolean {
    return this.#schemas !== null;
  }

  /** Makes it ready. Rejects with whatever keeps the schemas from being loaded. */
  load(): Promise<void> {
    this.#loading ??= this.#import().then((schemas) => {
      this.#schemas = schemas;
    });
    return this.#loading;
  }

  /** Throws if what a method gave does not fit the interface. */
  check(method: string, result: unknown): void {
    this.#schemas?.[method]?.response.parse(result);
  }
}
