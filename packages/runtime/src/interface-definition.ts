import type { Reader } from "@ncalrpc/ndr";
import type { z } from "zod";
import type { CallbackCall } from "./client/callback-call.js";
import type { BoundCallbacks } from "./client/callback-receiver.js";
import type { Client, ClientBinding } from "./client/client.js";
import { ClientConnection, type ConnectOptions } from "./client/client-connection.js";
import type { InterfaceId } from "./protocol-lrpc/bind.js";
import { RpcError } from "./rpc-error.js";
import type { ServerCall } from "./server/server-call.js";
import { givesHandles } from "./system-handle.js";

/** One remote procedure, as generated code describes it. `H` is what implements the interface. */
export interface MethodDefinition<H extends object> {
  /** The name in TypeScript. */
  readonly name: string;
  readonly opnum: number;
  /** Of what a client passes, in order: the properties of the JSON form. */
  readonly parameters: readonly string[];
  /** Which of its messages carry system handles; left out if neither does. */
  readonly systemHandles?: "in" | "out" | "in,out";
  /** Decodes the request, runs the handler, and has `call` answer with its result. */
  serve(handlers: H, reader: Reader, call: ServerCall): void;
}

/** One procedure that a server calls back, as generated code describes it. `B` is what implements them in the client. */
export interface CallbackDefinition<B extends object> {
  readonly name: string;
  /** Callbacks are numbered apart from methods. */
  readonly opnum: number;
  readonly parameters: readonly string[];
  serve(handlers: B, reader: Reader, call: CallbackCall): void;
}

/** The JSON form of what a method takes, by parameter, and of what it gives. */
export interface MethodSchemas {
  readonly request: z.ZodType;
  readonly response: z.ZodType;
}

/** Those of an interface's methods, by their names in TypeScript. */
export type InterfaceSchemas = Readonly<Record<string, MethodSchemas>>;

/** What generated code knows of an interface: enough to register it with a server and to call it. */
export interface InterfaceRecord<H extends object, C extends Client, B extends object = never>
  extends InterfaceId {
  readonly name: string;
  /** Well-known endpoints as string bindings. */
  readonly endpoints: readonly string[];
  readonly client: new (binding: ClientBinding) => C;
  /** Methods make, use or close context handles: the calls of one client then have to be served where its handles are. */
  readonly hasContexts?: boolean;
  /** Types of context handles, by their names in IDL, on which calls may run at the same time: [context_handle_noserialize]. */
  readonly concurrentContexts?: readonly string[];
  /** Loads the interface's schemas, and zod with them: for those who have JSON to check, or results. */
  schemas(): Promise<InterfaceSchemas>;
  readonly methods: readonly MethodDefinition<H>[];
  readonly callbacks?: readonly CallbackDefinition<B>[];
}

/** How to connect, and what answers the server's callbacks: without it, they are refused. */
export type InterfaceConnectOptions<B extends object> = ConnectOptions & { readonly callbacks?: B };

export interface InterfaceDefinition<H extends object, C extends Client, B extends object = never>
  extends InterfaceRecord<H, C, B> {
  /**
   * A client of this interface: over a connection of its own to a string binding (`ncalrpc:[endpoint]`), which
   * closing the client closes, or over a connection that exists already, which stays open. Throws RpcError.
   */
  connect(target: string | ClientConnection, options?: InterfaceConnectOptions<B>): Promise<C>;
}

/** Completes the record that generated code holds. */
export function defineInterface<H extends object, C extends Client, B extends object = never>(
  record: InterfaceRecord<H, C, B>,
): InterfaceDefinition<H, C, B> {
  return {
    ...record,
    async connect(target, options) {
      const callbacks = bindCallbacks(record, options?.callbacks);
      const needsHandles = record.methods.some(givesHandles);
      if (typeof target !== "string") {
        if (needsHandles && !target.acceptsHandles) {
          const details = `${record.name} has methods that give system handles: connect with acceptHandles: true`;
          throw new RpcError("RPC_S_INVALID_ARG", { details });
        }
        return new record.client(await target.bind(record, false, callbacks));
      }
      const accepting = needsHandles ? { ...options, acceptHandles: true } : options;
      const connection = await ClientConnection.connect(target, accepting);
      try {
        return new record.client(await connection.bind(record, true, callbacks));
      } catch (error) {
        connection.close();
        throw error;
      }
    },
  };
}

function bindCallbacks<H extends object, C extends Client, B extends object>(
  { name, callbacks = [] }: InterfaceRecord<H, C, B>,
  handlers: B | undefined,
): BoundCallbacks | null {
  if (handlers === undefined) {
    return null;
  }
  return {
    name,
    procedures: callbacks.map((callback) => ({
      name: callback.name,
      opnum: callback.opnum,
      serve: (reader, call) => callback.serve(handlers, reader, call),
    })),
  };
}
