import { AlpcError } from "../error.js";
import type { SecurityContext } from "../kernel.js";
import { type AlpcLibrary, addressOf, type Handle } from "./alpc-library.js";
import { type AttributeBuffer, getWord, setWord } from "./attribute-buffer.js";
import { SECURITY_ATTR } from "./layout/attribute-structures.js";
import { SECURITY_QUALITY_OF_SERVICE } from "./layout/generic-structures.js";
import { check } from "./nt-status.js";
import { dataView, keeping, ownMemory, type QualityOfService, writeQualityOfService } from "./structures.js";

/** The token that a thread acted with, captured by the system for messages of one port. */
export class NtSecurityContext implements SecurityContext {
  readonly #alpc: AlpcLibrary;
  readonly #port: Handle;
  readonly #context: Handle;
  readonly #onDisposed: (context: NtSecurityContext) => void;
  #isUsable = true;
  #isDisposed = false;

  /** NtAlpcCreateSecurityContext, for the thread that calls. Throws AlpcError. */
  constructor(
    alpc: AlpcLibrary,
    port: Handle,
    quality: QualityOfService,
    onDisposed: (context: NtSecurityContext) => void,
  ) {
    const service = ownMemory(SECURITY_QUALITY_OF_SERVICE.size);
    writeQualityOfService(dataView(service), 0, quality);
    const security = ownMemory(SECURITY_ATTR.size);
    setWord(dataView(security), SECURITY_ATTR.QoS, addressOf(service));
    const status = keeping([service], () => alpc.NtAlpcCreateSecurityContext(port, 0, security));
    check(status, "capturing who this thread acts as");
    this.#alpc = alpc;
    this.#port = port;
    this.#context = getWord(dataView(security), SECURITY_ATTR.ContextHandle);
    this.#onDisposed = onDisposed;
  }

  /** SECURITY of a message. Throws AlpcError INVALID_PARAMETER if it was revoked. */
  describe(attributes: AttributeBuffer): void {
    if (!this.#isUsable) throw new AlpcError("INVALID_PARAMETER", "the security context was revoked");
    attributes.clear("SECURITY");
    attributes.setWord(attributes.offset("SECURITY") + SECURITY_ATTR.ContextHandle, this.#context);
    attributes.setValid("SECURITY");
  }

  revoke(): void {
    if (!this.#isUsable) return;
    this.#isUsable = false;
    check(
      this.#alpc.NtAlpcRevokeSecurityContext(this.#port, 0, this.#context),
      "revoking a security context",
    );
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#isUsable = false;
    this.#alpc.NtAlpcDeleteSecurityContext(this.#port, 0, this.#context);
    this.#onDisposed(this);
  }
}
