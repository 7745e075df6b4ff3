import type { Sid, Token } from "@ncalrpc/security";
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
} from "../kernel.js";
import { BorrowedMessage } from "../received-message.js";
import { SectionQuota } from "../section-quota.js";
import { completionPort } from "./completion-port.js";
import { Connecting } from "./connecting.js";
import { NtConnectionPort } from "./connection-port.js";
import { DirectCopier } from "./direct-copier.js";
import { listPortObjects } from "./list-ports.js";
import type { Machinery } from "./machinery.js";
import { isSameToken, openEffectiveToken, readToken, readTokenIds, type TokenIds } from "./nt-token.js";
import { examineNt } from "./probe/examine-nt.js";

export interface NtKernelOptions {
  /** The library with the NtAlpc calls and NtClose. Default ntdll.dll. */
  readonly library?: string;
}

/** A kernel over the ALPC ports of Windows. */
export interface NtKernel extends Kernel {
  readonly name: "nt";
  /** Open ports keep the process alive (the default), or not. */
  ref(): void;
  unref(): void;
}

/** A kernel of this thread. Throws AlpcError NOT_SUPPORTED on other systems and processors. */
export function createNtKernel(options: NtKernelOptions = {}): NtKernel {
  if (process.platform !== "win32" || process.arch !== "x64") {
    throw new AlpcError(
      "NOT_SUPPORTED",
      `this is ${process.platform} on ${process.arch}; the nt kernel runs on 64-bit Windows (x64) only`,
    );
  }
  return new Nt(options.library ?? "ntdll.dll");
}

class Nt implements NtKernel {
  readonly name = "nt";
  readonly #machinery: Machinery;
  readonly #library: string;
  readonly #ports = new Set<NtConnectionPort>();
  #token: { readonly ids: TokenIds; readonly token: Token } | null = null;

  constructor(library: string) {
    this.#library = library;
    const completion = completionPort(library);
    this.#machinery = {
      completion,
      copier: new DirectCopier(library),
      message: new BorrowedMessage(Buffer.alloc(0), readOwnToken(completion.system).token),
      systemMaxLength: completion.alpc.AlpcMaxAllowedMessageLength(),
      clientQuota: new SectionQuota(Number.MAX_SAFE_INTEGER, "this process"),
    };
  }

  currentToken(): Token {
    const { system } = this.#machinery.completion;
    const handle = openEffectiveToken(system);
    try {
      const ids = readTokenIds(system, handle);
      if (this.#token === null || !isSameToken(this.#token.ids, ids))
        this.#token = { ids, token: readToken(system, handle, process.pid) };
      return this.#token.token;
    } finally {
      system.NtClose(handle);
    }
  }

  createPort(name: string, attributes: PortAttributes, handler: ConnectionPortHandler): ConnectionPort {
    const port = new NtConnectionPort(this.#machinery, name, attributes, handler, () =>
      this.#ports.delete(port),
    );
    this.#ports.add(port);
    return port;
  }

  async connectPort(
    name: string,
    attributes: ConnectAttributes,
    handler: PortHandler,
  ): Promise<CommunicationPort> {
    return await Connecting.connect(this.#machinery, name, attributes, handler);
  }

  listPorts(): PortListing[] {
    const { user } = this.currentToken();
    const own = new Map<string, Sid>([...this.#ports].map(({ name }) => [name, user]));
    return listPortObjects(this.#machinery.completion.system, own);
  }

  examine(): Promise<Finding[]> {
    return examineNt(this.#machinery.completion.alpc, this.#library);
  }

  /** Nothing waits here: the system takes a message when it is sent. */
  flush(): void {}

  ref(): void {
    this.#machinery.completion.setReferenced(true);
  }

  unref(): void {
    this.#machinery.completion.setReferenced(false);
  }
}

function readOwnToken(system: Machinery["completion"]["system"]): { readonly token: Token } {
  const handle = openEffectiveToken(system);
  try {
    return { token: readToken(system, handle, process.pid) };
  } finally {
    system.NtClose(handle);
  }
}
