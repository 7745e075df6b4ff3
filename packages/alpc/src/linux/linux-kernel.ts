import type { SecurityDescriptor, Token } from "@ncalrpc/security";
import { AlpcError } from "../error.js";
import type { Finding } from "../finding.js";
import type {
  CommunicationPort,
  ConnectAttributes,
  ConnectionPort,
  ConnectionPortHandler,
  Kernel,
  PortAttributes,
  PortHandler,
  PortListing,
  Waiting,
} from "../kernel.js";
import { BorrowedMessage } from "../received-message.js";
import type { Poller } from "../waiting/poller.js";
import type { SpinOptions } from "../waiting/spin-options.js";
import { doorbell } from "./completion-list/doorbell.js";
import { CompletionPort } from "./completion-port.js";
import { connectSocket } from "./connect-socket.js";
import { LinuxConnectionPort } from "./connection-port.js";
import { ownToken } from "./credentials.js";
import { examineLinux } from "./examine-linux.js";
import { InboundPacket } from "./inbound-packet.js";
import { type LibC, loadLibC } from "./libc.js";
import { listSockets } from "./list-sockets.js";
import type { Machinery } from "./machinery.js";
import { detectMemoryMode, type MemoryMode } from "./mapped-memory.js";
import { LONGEST_PACKET, Outbox } from "./outbox.js";
import { clientSocketPaths, type PortNamespace, serverSocketPath } from "./port-directory.js";
import { ReceiveBatch } from "./receive-batch.js";
import { listen, openSocket, passCredentials, refuseDescriptors } from "./socket.js";
import { SocketName } from "./socket-name.js";

export interface LinuxKernelOptions {
  /** The system functions; tests make some of them fail. */
  readonly libc?: LibC;
  /** How long, and for which part of its time, the thread looks for messages instead of sleeping; false: never. */
  readonly spin?: SpinOptions | false;
  /** Whether connections that become busy use completion lists in shared memory. Default true, unless NCALRPC_COMPLETION_LIST is "off". */
  readonly completionList?: boolean;
  /** How sections are seen: in place, or as copies where the runtime allows nothing else; found out by default. */
  readonly memoryMode?: MemoryMode;
  /** Where names are looked up, default this process's environment as it is at each call. */
  readonly environment?: PortNamespace;
}

/** A kernel over the sockets of Linux. */
export interface LinuxKernel extends Kernel {
  readonly name: "linux";
  /** Open ports keep the process alive (the default), or not. */
  ref(): void;
  unref(): void;
}

/** A kernel of this thread. Throws AlpcError NOT_SUPPORTED on other systems. */
export function createLinuxKernel(options: LinuxKernelOptions = {}): LinuxKernel {
  if (process.platform !== "linux") {
    throw new AlpcError("NOT_SUPPORTED", `this is ${process.platform}; the linux kernel runs on Linux only`);
  }
  return new Linux(options);
}

class Linux implements LinuxKernel {
  readonly name = "linux";
  readonly #machinery: Machinery;
  readonly #environment: () => PortNamespace;
  #token: Token | null = null;

  constructor(options: LinuxKernelOptions) {
    const libc = options.libc ?? loadLibC();
    const outbox = new Outbox(libc);
    const batch = new ReceiveBatch(libc);
    const memoryMode = options.memoryMode ?? detectMemoryMode(libc);
    this.#machinery = {
      libc,
      outbox,
      batch,
      completion: new CompletionPort(libc, options.spin, () => outbox.flush()),
      memoryMode,
      message: new BorrowedMessage(batch.buffer, this.currentToken()),
      listed: new InboundPacket(Buffer.allocUnsafeSlow(LONGEST_PACKET), true),
      completionList: memoryMode === "mapped" && (options.completionList ?? isListDefault()),
    };
    const { environment } = options;
    this.#environment = environment === undefined ? () => process.env : () => environment;
  }

  currentToken(): Token {
    const token = ownToken();
    if (this.#token === null || !this.#token.equals(token)) this.#token = token;
    return this.#token;
  }

  createPort(name: string, attributes: PortAttributes, handler: ConnectionPortHandler): ConnectionPort {
    const { libc } = this.#machinery;
    const path = serverSocketPath(name, this.#environment());
    const fd = openSocket(libc);
    let socketName: SocketName | null = null;
    try {
      passCredentials(libc, fd);
      if (!attributes.acceptHandles) refuseDescriptors(libc, fd);
      const mode = admitsOthers(attributes.securityDescriptor, this.currentToken()) ? 0o666 : 0o600;
      socketName = SocketName.bind(libc, fd, path, mode, name);
      listen(libc, fd);
      return new LinuxConnectionPort(this.#machinery, name, fd, socketName, attributes, handler);
    } catch (error) {
      socketName?.free();
      libc.close(fd);
      throw error;
    }
  }

  async connectPort(
    name: string,
    attributes: ConnectAttributes,
    handler: PortHandler,
  ): Promise<CommunicationPort> {
    const paths = clientSocketPaths(name, this.#environment());
    return await connectSocket(this.#machinery, name, paths, attributes, handler);
  }

  listPorts(): PortListing[] {
    return listSockets(this.#environment());
  }

  async examine(): Promise<Finding[]> {
    return examineLinux(this.#machinery.libc, this.#machinery.memoryMode, this.#environment());
  }

  flush(): void {
    this.#machinery.outbox.flush();
  }

  get waiting(): Waiting {
    const { poller } = this.#machinery.completion;
    const { spunMilliseconds, share, isSpinning, isPaused, sleeps } = poller;
    return { spunMilliseconds, share, isSpinning, isPaused, sleeps, doorbells: doorbell.rings };
  }

  get poller(): Poller {
    return this.#machinery.completion.poller;
  }

  ref(): void {
    this.#machinery.completion.setReferenced(true);
  }

  unref(): void {
    this.#machinery.completion.setReferenced(false);
  }
}

/** Tests run with and without. */
function isListDefault(): boolean {
  return process.env["NCALRPC_COMPLETION_LIST"] !== "off";
}

/** Whether anyone but this user could pass the descriptor: then the socket's mode must not stand in the way. */
function admitsOthers({ dacl }: SecurityDescriptor, token: Token): boolean {
  const aces = dacl?.aces ?? null;
  return aces === null || aces.some((ace) => ace.type === "allowed" && !ace.sid.equals(token.user));
}
