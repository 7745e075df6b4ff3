import { setTimeout as delay, setImmediate } from "node:timers/promises";
import {
  type AlpcError,
  type CommunicationPort,
  type ConnectionPort,
  type ConnectionPortHandler,
  type ConnectionRequest,
  defaultKernel,
  type Kernel,
  type PortAttributes,
  type ReceivedMessage,
} from "@ncalrpc/alpc";
import {
  formatSddl,
  ownerOnly,
  parseSddl,
  type SecurityDescriptor,
  type Sid,
  securityDescriptor,
  type Token,
} from "@ncalrpc/security";
import type { Client } from "../client/client.js";
import { reportAccessDenied } from "../diagnostics.js";
import type { InterfaceDefinition } from "../interface-definition.js";
import { defaultServerLimits, type ServerLimits } from "../limits.js";
import { noteLocalServer } from "../local-servers.js";
import { offerManagement } from "../management.js";
import { Features, formatHello, OWN_FEATURES, parseHello } from "../protocol-lrpc/hello.js";
import { RpcError } from "../rpc-error.js";
import { parseStringBinding } from "../string-binding.js";
import { takesHandles } from "../system-handle.js";
import { resolveWorkers, type WorkerOptions } from "../workers/worker-options.js";
import { WorkerPool } from "../workers/worker-pool.js";
import { type AccessRule, callRule, connectRule } from "./access-rule.js";
import { InterfaceRegistry } from "./interface-registry.js";
import {
  type RegisteredInterface,
  type RegisterOptions,
  registerInterface,
  serveHere,
} from "./registered-interface.js";
import { RequestDispatcher } from "./request-dispatcher.js";
import { ServerConnection } from "./server-connection.js";
import { ServerState } from "./server-state.js";

export interface RpcServerOptions {
  /** A port's name, or a string binding `ncalrpc:[name]`. */
  readonly endpoint: string;
  /** Who may connect, beside the owner of this process. By default nobody else. */
  readonly allow?: readonly Sid[];
  /** Who may connect, as SDDL or as a descriptor, instead of `allow` (GR, GW or GA is the right to connect). */
  readonly security?: string | SecurityDescriptor;
  readonly limits?: Partial<ServerLimits>;
  /** Limits of the port beneath, and what else it lets clients do. */
  readonly port?: Pick<PortAttributes, "limits" | "directMemory">;
  /** Octets of stub data up to which a response travels in the message itself; beyond it, in a section. Default: what fits. */
  readonly shortLimit?: number;
  /** Tell clients the message of whatever a handler throws. Default false: RpcErrors only. */
  readonly exposeErrors?: boolean;
  /** Ports to listen on; by default those of this system. */
  readonly kernel?: Kernel;
  /**
   * Threads that run the handlers of interfaces registered by module, 1 to 64; default 0, none. A call waits for a thread
   * only if none is free; those of a client that has context handles run where the handles are.
   */
  readonly workers?: number | WorkerOptions;
}

export interface CloseOptions {
  /** Milliseconds that calls in flight get to finish, and clients to take the answers; default 5,000. */
  readonly grace?: number;
}

/** Milliseconds between two looks whether clients have taken what was sent. */
const UNSENT_INTERVAL = 5;

/** What a server does not announce whose workers are handed a request as a whole. */
const NOT_FOR_WORKERS = Features.APART | Features.PIPES;

/**
 * Serves interfaces on one endpoint. Who calls is known from the kernel and checked for every message, before anything
 * of it is decoded: against the endpoint's descriptor (or the interface's own), the method's, and `authorize`.
 */
export class RpcServer implements AsyncDisposable {
  readonly endpoint: string;
  readonly descriptor: SecurityDescriptor;
  readonly #kernel: Kernel;
  readonly #portAttributes: PortAttributes;
  readonly #registry = new InterfaceRegistry();
  readonly #state: ServerState;
  readonly #dispatcher: RequestDispatcher;
  readonly #connections = new Map<number, ServerConnection>();
  readonly #pool: WorkerPool | null;
  #port: ConnectionPort | null = null;
  #isStarting = false;
  #note: Disposable | null = null;
  #closing: Promise<void> | null = null;

  /** Throws RpcError and SddlError for options that make no sense. */
  constructor(options: RpcServerOptions) {
    const { endpoint, kernel = defaultKernel(), port = {} } = options;
    this.endpoint = endpoint.startsWith("ncalrpc:") ? parseStringBinding(endpoint).endpoint : endpoint;
    this.#kernel = kernel;
    this.descriptor = descriptorOf(options, kernel.currentToken().user);
    this.#portAttributes = { ...port, securityDescriptor: this.descriptor };
    const limits = { ...defaultServerLimits, ...options.limits };
    this.#state = new ServerState(
      limits,
      options.shortLimit ?? Number.POSITIVE_INFINITY,
      options.exposeErrors ?? false,
      () => kernel.flush(),
    );
    this.#dispatcher = new RequestDispatcher(this.#registry, this.#state);
    const workers = resolveWorkers(options.workers);
    this.#pool =
      workers.count === 0 ? null : new WorkerPool(workers, limits, options.exposeErrors ?? false, kernel);
    offerManagement(this, () => this.#registry);
  }

  /** Clients that are connected. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** The endpoint's descriptor, for people and logs. */
  get sddl(): string {
    return formatSddl(this.descriptor);
  }

  /**
   * Offers an interface, with handlers that run in this thread, or with those of a module that `implement` made its default
   * export: these run in the server's workers. Throws RpcError: RPC_S_ALREADY_REGISTERED, RPC_S_INVALID_ARG for a module
   * without workers or after `listen` and for methods that take system handles after `listen`, RPC_S_CANNOT_SUPPORT for a module's; SddlError for a descriptor that can't be read.
   */
  register<H extends object, C extends Client>(
    definition: InterfaceDefinition<H, C>,
    handlers: H | URL,
    options: RegisterOptions<H> = {},
  ): this {
    const { security } = options;
    const rules = [
      security === undefined ? connectRule(this.descriptor) : callRule(security, definition.name),
    ];
    if (this.#port !== null && definition.methods.some(takesHandles)) {
      const details = `${definition.name} takes system handles: register it before the server listens`;
      throw new RpcError("RPC_S_INVALID_ARG", { details });
    }
    this.#registry.add(
      handlers instanceof URL
        ? this.#registerModule(definition, handlers, rules, options)
        : registerInterface(definition, serveHere(handlers), rules, options),
    );
    return this;
  }

  #registerModule<H extends object, C extends Client>(
    definition: InterfaceDefinition<H, C>,
    module: URL,
    rules: readonly AccessRule[],
    options: RegisterOptions<H>,
  ): RegisteredInterface {
    if (this.#pool === null || this.#port !== null) {
      const details =
        this.#pool === null
          ? `${definition.name} is implemented by a module, which needs workers: give the server's \`workers\``
          : `${definition.name} is implemented by a module: register it before the server listens`;
      throw new RpcError("RPC_S_INVALID_ARG", { details });
    }
    if (definition.methods.some(({ systemHandles }) => systemHandles !== undefined)) {
      const details = `${definition.name} has methods with system handles, which workers are not given`;
      throw new RpcError("RPC_S_CANNOT_SUPPORT", { details });
    }
    if (options.rundown !== undefined) {
      throw new RpcError("RPC_S_INVALID_ARG", {
        details: `give the rundown of ${definition.name} to implement(): it runs where the state is`,
      });
    }
    const { validateResults: _, ...here } = options;
    return registerInterface(definition, this.#pool.offer(definition, module, options), rules, here);
  }

  /** Creates the endpoint. Throws RpcError: RPC_S_DUPLICATE_ENDPOINT if a live server has it, RPC_S_CANT_CREATE_ENDPOINT... */
  async listen(): Promise<void> {
    // Schemas that can't be loaded are to be known of now, not with the first result.
    for (const { checks } of this.#registry) {
      await checks?.load();
    }
    if (this.#isStarting || this.#port !== null || this.#closing !== null) {
      throw new RpcError("RPC_S_ALREADY_LISTENING", { details: this.endpoint });
    }
    this.#isStarting = true;
    try {
      await this.#pool?.start();
      if (this.#closing !== null) {
        throw new RpcError("RPC_S_CALL_CANCELLED", { details: "the server was closed while it started" });
      }
      const acceptHandles = [...this.#registry].some(({ methods }) =>
        methods.some((each) => each.takesHandles),
      );
      const attributes = { ...this.#portAttributes, acceptHandles };
      this.#port = this.#kernel.createPort(this.endpoint, attributes, this.#handler);
      this.#note = noteLocalServer(this.endpoint);
    } catch (error) {
      await this.#pool?.close();
      throw RpcError.from(error, "RPC_S_CANT_CREATE_ENDPOINT");
    } finally {
      this.#isStarting = false;
    }
  }

  /**
   * Stops gracefully: frees the name, refuses new calls with RPC_S_SERVER_TOO_BUSY, lets calls in flight finish and
   * clients take their answers, then aborts what is left, closes all connections and runs context handles down, which may take as long again.
   */
  close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options.grace ?? 5_000);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(grace: number): Promise<void> {
    const port = this.#port;
    if (port === null) {
      return;
    }
    const deadline = performance.now() + grace;
    this.#state.isDraining = true;
    port.stopListening();
    if (this.#isBusy()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, grace);
        this.#state.onIdle = () => {
          if (!this.#isBusy()) {
            clearTimeout(timer);
            resolve();
          }
        };
      });
    }
    this.#kernel.flush();
    // What a client has no room for yet would go with its connection.
    while (this.#hasUnsent() && performance.now() < deadline) {
      await delay(UNSENT_INTERVAL);
    }
    for (const connection of this.#connections.values()) {
      connection.cancelAll(new RpcError("RPC_S_CALL_CANCELLED", { details: "the server is shutting down" }));
    }
    port.close();
    this.#port = null;
    this.#note?.[Symbol.dispose]();
    // Connections end, and their context handles are run down, in jobs of their own.
    await setImmediate();
    await within(grace, Promise.all([this.#state.rundownsEnded(), this.#pool?.close()]));
  }

  #isBusy(): boolean {
    return this.#someConnection(({ inFlight }) => inFlight > 0);
  }

  #hasUnsent(): boolean {
    return this.#someConnection(({ port }) => port.queuedMessages > 0);
  }

  #someConnection(test: (connection: ServerConnection) => boolean): boolean {
    return [...this.#connections.values()].some(test);
  }

  readonly #handler: ConnectionPortHandler = {
    onConnect: (request: ConnectionRequest): void => {
      const usable = this.#pool === null ? ~0 : ~NOT_FOR_WORKERS;
      const port = request.accept(
        formatHello({ features: OWN_FEATURES & usable, maxCalls: this.#state.limits.maxCalls }),
      );
      this.#connections.set(port.id, new ServerConnection(port, parseHello(request.payload), this.#state));
    },
    onRefused: (reason: AlpcError, token: Token | null): void => {
      reportAccessDenied(token, null, reason.message);
    },
    onMessage: (port: CommunicationPort, message: ReceivedMessage): void => {
      const connection = this.#connections.get(port.id);
      if (connection !== undefined) {
        this.#dispatcher.dispatch(connection, message);
      }
    },
    onClosed: (port: CommunicationPort): void => {
      this.#connections.get(port.id)?.onClosed();
      this.#pool?.forget(port.id);
      this.#connections.delete(port.id);
    },
  };
}

/** Waits for `work`, but no longer than some milliseconds. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

function descriptorOf({ allow, security }: RpcServerOptions, owner: Sid): SecurityDescriptor {
  if (security !== undefined) {
    if (allow !== undefined) {
      throw new RpcError("RPC_S_INVALID_ARG", { details: "give either `allow` or `security`, not both" });
    }
    return typeof security === "string" ? parseSddl(security, { requireDacl: true }) : security;
  }
  return allow === undefined ? ownerOnly(owner) : securityDescriptor({ owner, allow: [owner, ...allow] });
}
