import type { Reader } from "@ncalrpc/ndr";
import type { SecurityDescriptor } from "@ncalrpc/security";
import type { Client } from "../client/client.js";
import type { InterfaceDefinition, MethodDefinition } from "../interface-definition.js";
import type { InterfaceId } from "../protocol-lrpc/bind.js";
import { RpcError } from "../rpc-error.js";
import { takesHandles } from "../system-handle.js";
import { type AccessRule, callRule } from "./access-rule.js";
import { ResultChecks } from "./result-checks.js";
import type { ServerCall } from "./server-call.js";

/** Called with the state behind a context handle when its client is gone; errors are reported, not thrown. */
export type Rundown = (state: object, typeName: string) => void | Promise<void>;

export type RequestBytes = "owned" | "borrowed" | "view";

export interface RegisterOptions<H extends object> {
  /** Who may call the interface, as SDDL or as a descriptor (GX is the right to call). By default whoever may connect. */
  readonly security?: string | SecurityDescriptor;
  /** The same for single methods, by their TypeScript name; checked after the interface's. */
  readonly methods?: { readonly [M in keyof H]?: string | SecurityDescriptor };
  /**
   * Asked for every call after the access checks and before anything is decoded; false, an exception or a rejection
   * refuses the call.
   */
  readonly authorize?: (call: ServerCall) => boolean | Promise<boolean>;
  /** By default the state's Symbol.asyncDispose or Symbol.dispose method is called, if it has one. */
  readonly rundown?: Rundown;
  /**
   * Whose the memory of large byte arrays in requests is (of the largest, if there are several in one). "owned" (default): the handler's,
   * for as long as it likes. "borrowed": the handler's until the call has been answered; then the arrays have length 0, and the next
   * request is copied to the same memory, which is several times faster than making new memory. "view": the same, but where the
   * array came through shared memory in one piece, that is what the handler sees: nothing is copied here, and what the handler writes
   * there the client sees. The client can change it at any time, also between two looks of the handler: take what must not change
   * after it was checked out by a copy, or read each octet once (hash, write to a file, forward).
   */
  readonly requestBytes?: RequestBytes;
  /**
   * Calls on one context handle may run at the same time: on handles of all types, of none, or of those named as in IDL. Where they
   * may not, a call waits until those before it on the same handle have been answered, while calls without it go on. By default
   * what the interface says: those that are [context_handle_noserialize], usually none, as on Windows.
   */
  readonly concurrentContexts?: boolean | readonly string[];
  /** Checks every handler's result with the interface's zod schema before it is encoded. Default false. */
  readonly validateResults?: boolean;
}

/** An interface that a server offers. The types of its handlers are known only to registerInterface. */
export interface RegisteredInterface extends InterfaceId {
  readonly name: string;
  readonly authorize: ((call: ServerCall) => boolean | Promise<boolean>) | null;
  readonly rundown: Rundown;
  /** Null unless results are to be validated. */
  readonly checks: ResultChecks | null;
  /** Whether calls on one context handle of a type wait for each other. */
  serializesContexts(typeName: string): boolean;
  /** Whether large byte arrays of requests are taken back when a call has been answered, and seen in place until then. */
  readonly requestBytes: RequestBytes;
  /** By opnum. */
  readonly methods: readonly MethodEntry[];
}

/** How calls of a method are served. */
export type Serve<H extends object> = (method: MethodDefinition<H>) => MethodEntry["serve"];

/** In this thread, by its handlers. */
export function serveHere<H extends object>(handlers: H): Serve<H> {
  return (method) => (reader, call) => method.serve(handlers, reader, call);
}

/** Parses the descriptors of an interface and says how it is served; `rules` are the interface's. Throws RpcError and SddlError. */
export function registerInterface<H extends object, C extends Client>(
  definition: InterfaceDefinition<H, C>,
  serve: Serve<H>,
  rules: readonly AccessRule[],
  options: RegisterOptions<H>,
): RegisteredInterface {
  const security = new Map(Object.entries<string | SecurityDescriptor | undefined>(options.methods ?? {}));
  const methods: MethodEntry[] = [];
  const concurrent = options.concurrentContexts ?? definition.concurrentContexts ?? false;
  const registered: RegisteredInterface = {
    name: definition.name,
    uuid: definition.uuid,
    version: definition.version,
    authorize: options.authorize ?? null,
    rundown: options.rundown ?? disposeState,
    serializesContexts: (typeName) =>
      concurrent === false || (concurrent !== true && !concurrent.includes(typeName)),
    requestBytes: options.requestBytes ?? "owned",
    checks: options.validateResults === true ? new ResultChecks(() => definition.schemas()) : null,
    methods,
  };
  for (const method of definition.methods) {
    const own = security.get(method.name);
    security.delete(method.name);
    methods[method.opnum] = {
      interface: registered,
      name: method.name,
      rules: own === undefined ? rules : [...rules, callRule(own, `${definition.name}.${method.name}`)],
      takesHandles: takesHandles(method),
      serve: serve(method),
    };
  }
  for (const name of security.keys()) {
    throw new RpcError("RPC_S_INVALID_ARG", {
      details: `${definition.name} has no method "${name}" to set security for`,
    });
  }
  return registered;
}

/** One procedure of a registered interface. */
export interface MethodEntry {
  readonly interface: RegisteredInterface;
  readonly name: string;
  /** All of them must grant the call. */
  readonly rules: readonly AccessRule[];
  /** Whether its requests carry system handles. */
  readonly takesHandles: boolean;
  /** Decodes a request, runs the handler, answers through `call`. Throws what decoder and handler throw. */
  serve(reader: Reader, call: ServerCall): void;
}

async function disposeState(state: Partial<Disposable & AsyncDisposable>): Promise<void> {
  if (state[Symbol.asyncDispose] !== undefined) {
    await state[Symbol.asyncDispose]?.();
  } else {
    state[Symbol.dispose]?.();
  }
}
