import { Reader, Reader64, type ReaderLimits, Writer, Writer64, type WriterOptions } from "@ncalrpc/ndr";

/** How stub data is encoded. NDR20 is what every peer knows; NDR64 is what 64-bit programs of Windows prefer. */
export type TransferSyntaxName = "ndr20" | "ndr64";

export function makeReader(syntax: TransferSyntaxName, limits: Partial<ReaderLimits>): Reader {
  return syntax === "ndr64" ? new Reader64(limits) : new Reader(limits);
}

export function makeWriter(syntax: TransferSyntaxName, options: WriterOptions): Writer {
  return syntax === "ndr64" ? new Writer64(options) : new Writer(options);
}

/** A reader of each syntax, for whoever decodes one message at a time. That of NDR64 is made when it is needed. */
export class Readers {
  readonly #limits: Partial<ReaderLimits>;
  readonly #ndr20: Reader;
  #ndr64: Reader | null = null;

  constructor(limits: Partial<ReaderLimits>) {
    this.#limits = limits;
    this.#ndr20 = makeReader("ndr20", limits);
  }

  of(syntax: TransferSyntaxName): Reader {
    if (syntax === "ndr20") {
      return this.#ndr20;
    }
    this.#ndr64 ??= makeReader("ndr64", this.#limits);
    return this.#ndr64;
  }
}

/** Writers that nobody uses, of each syntax one at most: kept for the memory that they have. */
export class SpareWriters {
  readonly #options: WriterOptions;
  #ndr20: Writer | null = null;
  #ndr64: Writer | null = null;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** A writer that is to be reset or attached. Give it back unless its memory is still in use. */
  take(syntax: TransferSyntaxName): Writer {
    let writer: Writer;
    if (syntax === "ndr20") {
      writer = this.#ndr20 ?? makeWriter("ndr20", this.#options);
      this.#ndr20 = null;
    } else {
      writer = this.#ndr64 ?? makeWriter("ndr64", this.#options);
      this.#ndr64 = null;
    }
    return writer;
  }

  give(writer: Writer): void {
    if (writer instanceof Writer64) {
      this.#ndr64 = writer;
    } else {
      this.#ndr20 = writer;
    }
  }
}
