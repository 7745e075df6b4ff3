import type { TakenNames } from "./generation-cache.js";

/** JavaScript's reserved words, also those of strict and module code, and names that such code may not bind. */
const reservedWords = [
  ..."arguments await break case catch class const continue debugger default delete do else enum eval export".split(
    " ",
  ),
  ..."extends false finally for function if implements import in instanceof interface let new null package".split(
    " ",
  ),
  ..."private protected public return static super switch this throw true try typeof undefined var void".split(
    " ",
  ),
  ..."while with yield".split(" "),
];

/** Names that mean something to every object, to promises or to JSON. */
const objectMembers = [
  ..."__proto__ __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ constructor".split(" "),
  ..."hasOwnProperty isPrototypeOf propertyIsEnumerable prototype then toJSON toLocaleString toString".split(
    " ",
  ),
  "valueOf",
];

/** Globals and type names that generated code uses, or that a reader would take for the language's own. */
const globals = [
  ..."any Array ArrayBuffer BigInt BigInt64Array BigUint64Array bigint Boolean boolean Buffer console".split(
    " ",
  ),
  ..."DataView Date Error Float32Array Float64Array Function globalThis Infinity Int16Array Int32Array".split(
    " ",
  ),
  ..."Int8Array Intl Iterator JSON Map Math NaN never Number number Object object Promise process Proxy".split(
    " ",
  ),
  ..."Reflect RegExp Set String string Symbol symbol Uint16Array Uint32Array Uint8Array unknown WeakMap".split(
    " ",
  ),
  ..."AggregateError Atomics EvalError FinalizationRegistry RangeError ReferenceError SharedArrayBuffer".split(
    " ",
  ),
  ..."SyntaxError TypeError URIError Uint8ClampedArray WeakRef WeakSet isFinite isNaN parseFloat parseInt".split(
    " ",
  ),
  ..."decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape Partial Readonly Record".split(
    " ",
  ),
  ..."Pick Omit Exclude Extract ReturnType Awaited".split(" "),
];

/** What generated modules may import from the runtime; reserved in each, used there or not. */
const libraryNames = [
  ..."Awaitable CallbackCall Callbacks CallOptions Client ContextHandle EnumValue".split(" "),
  ..."InterfaceSchemas PipeSource Reader ServerCall SyncCallOptions SyncClient Writer".split(" "),
  ..."countOfPending defineInterface outgoingPipe pending pendingCount readNothing schema".split(" "),
  ..."putCounted putCountedReferent putSid sidCount takeCounted takeCountedReferent takeSid".split(" "),
  ..."withStatus withStatusSync writeNothing z".split(" "),
];

/** Locals of readers and writers that are not named in IDL. */
const localNames = "i inner innermost item j k r w".split(" ");

/** Members of the runtime's `Client` and `SyncClient` that a method of an interface must not hide. */
const clientMembers =
  "call callMaybe callWithPipes close contextAfter contextId connection refuseStreams sync".split(" ");

/** Names of one kind in one place. A name that is taken gets a trailing underscore, as often as needed. */
export class Scope {
  readonly #outer: readonly TakenNames[];
  readonly #claimed = new Set<string>();

  constructor(...outer: readonly TakenNames[]) {
    this.#outer = outer;
  }

  /** What was claimed so far. */
  get claimed(): ReadonlySet<string> {
    return this.#claimed;
  }

  /** The name under which `name` is known here from now on. */
  claim(name: string): string {
    let free = name;
    while (this.#isTaken(free)) free += "_";
    this.#claimed.add(free);
    return free;
  }

  #isTaken(name: string): boolean {
    if (this.#claimed.has(name)) return true;
    for (const names of this.#outer) if (names.has(name)) return true;
    return false;
  }
}

const memberNames: ReadonlySet<string> = new Set([...reservedWords, ...objectMembers]);
const outsideNames: ReadonlySet<string> = new Set([...memberNames, ...globals, ...libraryNames]);
const topLevelNames: ReadonlySet<string> = new Set([...outsideNames, ...localNames]);
const labelNames: ReadonlySet<string> = new Set(objectMembers);
const methodNames: ReadonlySet<string> = new Set([...memberNames, ...clientMembers]);
const deviceNames: ReadonlySet<string> = new Set(["con", "prn", "aux", "nul", "index"]);

/** The top level of a module, of which it declares some names already. */
export function moduleScope(...declared: readonly TakenNames[]): Scope {
  return new Scope(topLevelNames, ...declared);
}

/** Parameters and locals of a function beside `own`; `declared` are the names of the modules that it sees. */
export function localScope(declared: TakenNames, own: readonly string[]): Scope {
  return new Scope(topLevelNames, declared, new Set(own));
}

/** The same of a method that people call or write, which has none of a codec's locals. */
export function parameterScope(declared: TakenNames, own: readonly string[]): Scope {
  return new Scope(outsideNames, declared, new Set(own));
}

/** Members of a struct, a request or a response. */
export function memberScope(): Scope {
  return new Scope(memberNames);
}

/** Labels of an enum. */
export function labelScope(): Scope {
  return new Scope(labelNames);
}

/** Methods of a client and of the handlers for it. */
export function methodScope(): Scope {
  return new Scope(methodNames);
}

/** Files of one run, without their extension: devices of Windows are no names for files. */
export function fileScope(): Scope {
  return new Scope(deviceNames);
}

/** The words of an identifier: `RPC_UNICODE_STRING`, `HTTPServer` and `dwProcessId` have three, two and three. */
function words(name: string): string[] {
  return name.match(/[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+/g) ?? [];
}

/** `StartService` -> `startService`. */
export function camelCase(name: string): string {
  const [first = "", ...rest] = words(name);
  return identifier(first.toLowerCase() + rest.map(capitalized).join(""), "x");
}

/** `SERVICE_STATUS` -> `ServiceStatus`. */
export function pascalCase(name: string): string {
  return identifier(words(name).map(capitalized).join(""), "X");
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

/** An identifier cannot be empty or begin with a digit. */
function identifier(text: string, prefix: string): string {
  return /^[A-Za-z]/.test(text) ? text : prefix + text;
}

/** `ServiceControl` -> `service-control`. */
export function kebabCase(name: string): string {
  return words(name).join("-").toLowerCase() || "x";
}
