import { setImmediate as nextTurn } from "node:timers/promises";
import { isNdrError } from "@ncalrpc/ndr";
import { random } from "../../packages/codegen/test/random-idl.js";
import { leastTime } from "../../packages/ndr/test/least-time.js";
import { Coverage } from "./coverage.js";
import { type Decoder, loadDecoders, type Syntax } from "./load-decoders.js";
import { memoryHeld, memoryUsed } from "./memory.js";
import { Mutator } from "./mutator.js";
import type { ObservedReader } from "./observed-reader.js";
import { findDifference, flat, type TracingWriter, tracingWriters } from "./tracing-writer.js";

export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  /** Called now and then with the inputs that are done. */
  readonly onProgress?: (inputs: number) => void;
}

export interface FuzzResult {
  readonly decoders: number;
  readonly inputs: number;
  readonly accepted: number;
  /** Inputs that are kept because they reached something new, and blocks that were reached, over all decoders. */
  readonly corpus: number;
  readonly reached: number;
  /** Milliseconds of the slowest input. */
  readonly slowest: number;
  /** Octets that one input had allocated, garbage included, less eight times its own: the most, of how many measured. */
  readonly mostAllocated: number;
  readonly measured: number;
  /** The same of what was held at once, of those that had allocated the most. */
  readonly mostHeld: number;
  readonly heldMeasured: number;
  readonly failures: readonly string[];
}

/** Milliseconds that an input may take, and octets of memory at once beside eight times its own. */
export const SLOWEST = 100;
export const MEMORY = 1024 * 1024;
/** Inputs that one decoder gets in a row, and inputs between two of which memory is measured. */
const BATCH = 64;
const MEASURED = 61;
const CORPUS = 256;
const MAX_FAILURES = 100;

/**
 * Feeds mutated inputs to all decoders of the repository's interfaces, in both transfer syntaxes, guided by the blocks of
 * generated code and of the readers that they reach.
 */
export async function fuzzDecoders(options: FuzzOptions): Promise<FuzzResult> {
  const { decoders, blocks, readers } = await loadDecoders(random(options.seed));
  const mutator = new Mutator(options.seed);
  const failures = new Failures();
  const targets = decoders.flatMap((decoder) =>
    (["ndr20", "ndr64"] as const).map(
      (syntax) =>
        new Target(decoder, syntax, readers[syntax], new Coverage([blocks, decoder.blocks]), failures),
    ),
  );
  const prototypes = prototypeKeys();
  for (const target of targets) target.plant();
  let done = 0;
  while (done < options.inputs && failures.size < MAX_FAILURES) {
    for (const target of targets) {
      const inputs = Math.min(BATCH, options.inputs - done);
      target.run(mutator, inputs);
      done += inputs;
    }
    if (prototypeKeys() !== prototypes) throw new Error("a prototype has changed");
    options.onProgress?.(done);
    // What is printed is seen now, and who stops the run stops this process.
    await nextTurn();
  }
  const sum = (of: (target: Target) => number): number =>
    targets.reduce((total, target) => total + of(target), 0);
  const max = (of: (target: Target) => number): number => Math.max(...targets.map(of));
  return {
    decoders: decoders.length,
    inputs: done,
    accepted: sum((target) => target.accepted),
    corpus: sum((target) => target.corpus.length),
    reached: sum((target) => target.reached),
    slowest: max((target) => target.slowest),
    mostAllocated: max((target) => target.mostAllocated),
    measured: sum((target) => target.measured),
    mostHeld: max((target) => target.mostHeld),
    heldMeasured: sum((target) => target.heldMeasured),
    failures: failures.texts,
  };
}

/** What went wrong, each kind of it once for each decoder. */
class Failures {
  readonly #texts = new Map<string, string>();

  add(name: string, problem: string, input: Buffer): void {
    const kind = `${name}: ${problem.replace(/\d+/g, "#")}`;
    const known = this.#texts.get(kind);
    const text = `${name}: ${problem}; ${input.length} octets: ${input.toString("hex", 0, 512)}`;
    // The shortest input says most.
    if (known === undefined || text.length < known.length) this.#texts.set(kind, text);
  }

  get size(): number {
    return this.#texts.size;
  }

  get texts(): string[] {
    return [...this.#texts.values()];
  }
}

/** A decoder in one transfer syntax, with the inputs that took it somewhere. */
class Target {
  readonly corpus: Buffer[] = [];
  accepted = 0;
  slowest = 0;
  mostAllocated = 0;
  measured = 0;
  mostHeld = 0;
  heldMeasured = 0;
  readonly #decoder: Decoder;
  readonly #syntax: Syntax;
  readonly #name: string;
  readonly #reader: ObservedReader;
  readonly #writer: TracingWriter;
  readonly #coverage: Coverage;
  readonly #failures: Failures;
  #untilMeasured = MEASURED;

  constructor(
    decoder: Decoder,
    syntax: Syntax,
    reader: ObservedReader,
    coverage: Coverage,
    failures: Failures,
  ) {
    this.#decoder = decoder;
    this.#syntax = syntax;
    this.#name = `${decoder.name} (${syntax})`;
    this.#reader = reader;
    this.#writer = new tracingWriters[syntax]();
    this.#coverage = coverage;
    this.#failures = failures;
  }

  get reached(): number {
    return this.#coverage.reached;
  }

  /** The first inputs: encodings of values, zeros and nothing. */
  plant(): void {
    for (const seed of [...this.#decoder.seeds[this.#syntax], Buffer.alloc(64), Buffer.alloc(0)]) {
      const octets = Buffer.from(seed.subarray(0, 2048));
      if (this.#decode(octets, octets.length, false)) this.corpus.push(octets);
    }
    if (this.corpus.length === 0) this.corpus.push(Buffer.alloc(64));
  }

  run(mutator: Mutator, inputs: number): void {
    for (let i = 0; i < inputs; i++) {
      mutator.make(this.#pick(mutator), this.#pick(mutator));
      if (this.#decode(mutator.octets, mutator.length, mutator.isLarge) && !mutator.isLarge) {
        const octets = Buffer.from(mutator.octets.subarray(0, mutator.length));
        if (this.corpus.length < CORPUS) this.corpus.push(octets);
        else this.corpus[mutator.below(CORPUS)] = octets;
      }
    }
  }

  /** What came last leads on more often. */
  #pick(mutator: Mutator): Buffer {
    const { length } = this.corpus;
    const last = mutator.below(3) === 0 ? Math.min(length, 8) : length;
    return this.corpus[length - 1 - mutator.below(last)] ?? nothing;
  }

  /** Runs one input; whether it reached something new. */
  #decode(octets: Buffer, length: number, isMeasured: boolean): boolean {
    const measure = isMeasured || --this.#untilMeasured === 0;
    if (measure) this.#untilMeasured = MEASURED;
    const before = measure ? memoryUsed() : 0;
    const start = performance.now();
    this.#coverage.start();
    const value = this.#read(octets, length);
    const took = performance.now() - start;
    const isNew = this.#coverage.isNew();
    if (measure) this.#noteMemory(memoryUsed() - before, octets, length);
    if (took > this.slowest) this.#noteTime(took, octets, length);
    if (value !== refused) {
      this.accepted++;
      this.#encode(value, octets, this.#reader.offset);
    }
    return isNew;
  }

  #read(octets: Buffer, length: number): unknown {
    try {
      this.#reader.attach(octets, 0, length);
      return this.#decoder.read(this.#reader);
    } catch (error) {
      if (!isNdrError(error)) this.#fail(`threw ${error}`, octets, length);
      return refused;
    }
  }

  /** The encoding of what was decoded: canonical, and the input but for what decoders do not keep. */
  #encode(value: unknown, octets: Buffer, length: number): void {
    const writer = this.#writer;
    try {
      writer.reset();
      this.#decoder.write(writer, value);
    } catch (error) {
      this.#fail(`accepted, but not encoded: ${error}`, octets, length);
      return;
    }
    const difference = findDifference(octets, length, writer);
    if (difference !== null) {
      this.#fail(`encoded as ${flat(writer).toString("hex", 0, 512)}: ${difference}`, octets, length);
      return;
    }
    const canonical = Buffer.from(flat(writer));
    const again = this.#read(canonical, canonical.length);
    if (again === refused) {
      this.#fail("its encoding is refused", octets, length);
      return;
    }
    writer.reset();
    this.#decoder.write(writer, again);
    if (!flat(writer).equals(canonical)) this.#fail("its encoding is encoded otherwise", octets, length);
  }

  /** The machine may pause us, and code may be compiled: what was slow once is slow again. */
  #noteTime(took: number, octets: Buffer, length: number): void {
    const least = leastTime(took, SLOWEST / 4, () => this.#read(octets, length));
    this.slowest = Math.max(this.slowest, least);
    if (least > SLOWEST) this.#fail(`took ${least} ms`, octets, length);
  }

  /** What was allocated bounds what was held; less than nothing if garbage was collected meanwhile. */
  #noteMemory(allocated: number, octets: Buffer, length: number): void {
    if (allocated < 0) return;
    this.measured++;
    const excess = allocated - 8 * length;
    const isMost = excess > this.mostAllocated;
    if (isMost) this.mostAllocated = excess;
    if (excess <= MEMORY) {
      if (isMost) this.mostHeld = Math.max(this.mostHeld, excess);
      return;
    }
    // Measuring what is held takes long: of those that allocated more than any before.
    if (!isMost) return;
    const taken = this.#held(octets, length);
    this.heldMeasured++;
    this.mostHeld = Math.max(this.mostHeld, taken - 8 * length);
    if (taken - 8 * length > MEMORY) this.#fail(`took ${taken} octets of memory at once`, octets, length);
  }

  /** Octets that what is read of an input takes, at its end or where it is refused. */
  #held(octets: Buffer, length: number): number {
    const reader = this.#reader;
    let after = 0;
    reader.detach();
    const before = memoryHeld();
    reader.onRefusal = () => {
      after = memoryHeld();
    };
    held.value = this.#read(octets, length);
    reader.onRefusal = null;
    if (held.value !== refused) after = memoryHeld();
    held.value = null;
    return after - before;
  }

  #fail(problem: string, octets: Buffer, length: number): void {
    this.#failures.add(this.#name, problem, octets.subarray(0, length));
  }
}

/** What wire text could have put into the prototypes of everything. */
function prototypeKeys(): string {
  return [Object.prototype, Array.prototype, Function.prototype]
    .map((prototype) => Reflect.ownKeys(prototype).map(String).join())
    .join(";");
}

const nothing = Buffer.alloc(0);
/** Keeps a value while it is measured. */
const held: { value: unknown } = { value: null };
const refused = Symbol("refused");
