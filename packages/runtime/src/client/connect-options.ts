import type { ImpersonationLevel, Kernel } from "@ncalrpc/alpc";
import type { SecurityDescriptor, Sid } from "@ncalrpc/security";
import type { ClientLimits } from "../limits.js";
import type { TransferSyntaxName } from "../transfer-syntax.js";

export interface ConnectOptions {
  /** Milliseconds for connecting and binding; default 10,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** The user that the server must be (RPC_SECURITY_QOS.Sid): `S-1-22-1-0`, or a Sid. Checked before anything is sent. */
  readonly serverSid?: Sid | string;
  /**
   * Where one SID does not say who the server may be: SDDL or a descriptor that must grant it the right to connect (`D:(A;;GR;;;BA)`).
   * Checked before anything is sent.
   */
  readonly requiredServer?: SecurityDescriptor | string;
  /** Whether the server may only know who calls, or act as the caller, on this machine or on others. Windows only; default "impersonation". */
  readonly impersonation?: ImpersonationLevel;
  /** Static (default): the server knows this process as it was when it connected. Dynamic: as it is at each message. */
  readonly tracking?: "static" | "dynamic";
  /** Other processes of this user, such as forked children, may use the connection too. Default false. */
  readonly delegate?: boolean;
  /**
   * Responses may carry system handles, for interfaces with methods that have some to give. A client that connects by itself
   * (`Interface.connect("ncalrpc:[endpoint]")`) sees to that; default false, and a server that sends handles all the same is left.
   */
  readonly acceptHandles?: boolean;
  /**
   * The server is not one of ours but of the system's own RPC run time (rpcrt4), or speaks as it does: it gets plain LRPC, and
   * one call at a time unless the system can tell its answers apart. Windows only. Default false.
   */
  readonly foreign?: boolean;
  /**
   * How all calls over the connection are encoded, both ways: "ndr20" (default), which every server knows, or "ndr64", which needs
   * more octets and no less time, for a server that takes nothing else. Binding fails with RPC_S_UNSUPPORTED_TRANS_SYN if the server
   * does not take it.
   */
  readonly transferSyntax?: TransferSyntaxName;
  /** Octets of stub data up to which a request travels in the message itself; beyond it, in a section. Default: what fits. */
  readonly shortLimit?: number;
  readonly limits?: Partial<ClientLimits>;
  /** Ports to connect over; by default those of this system. */
  readonly kernel?: Kernel;
}
