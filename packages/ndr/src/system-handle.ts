import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/**
 * A handle of the operating system on its way in or out of a message, which carries it beside its octets. Whoever has one closes
 * it: `using` does.
 */
export interface SystemHandle extends Disposable {
  /** What the object is, as the system says and never the sender: file, directory, device, pipe, socket, section, event, process... */
  readonly kind: string;
  /** The descriptor. The handle still owns it. Throws once that has been taken or closed. */
  readonly fd: number;
  /** Hands the descriptor over to the caller, who closes it. */
  take(): number;
  /** Idempotent; does nothing after `take`. */
  close(): void;
}

/** Whether an object of that kind may come where IDL says `sh_` and that word. A file may be a directory or a device, as on Windows. */
function isOfKind(kind: string, word: string): boolean {
  return kind === word || (word === "file" && (kind === "directory" || kind === "device"));
}

/** The handles that came with one message, each of which its stub data is to name once. */
export class MessageHandles {
  readonly #handles: readonly SystemHandle[];
  readonly #named = new Set<SystemHandle>();
  #areAccepted = false;

  constructor(handles: readonly SystemHandle[]) {
    this.#handles = handles;
  }

  /** How many the stub data has not named. */
  get unnamed(): number {
    return this.#handles.length - this.#named.size;
  }

  /** The handle with that number, from 1; a text that says what is wrong with the number. */
  name(number: number): SystemHandle | string {
    const handle = this.#handles[number - 1];
    if (handle === undefined) return `handle ${number} of a message with ${this.#handles.length}`;
    if (this.#named.has(handle)) return `handle ${number} of the message once more`;
    this.#named.add(handle);
    return handle;
  }

  /** They belong to who has read them from now on. */
  accept(): void {
    this.#areAccepted = true;
  }

  /** Closes all of them, unless they have been accepted. */
  close(): void {
    if (!this.#areAccepted) for (const handle of this.#handles) handle.close();
  }
}

/**
 * Writes the number of a handle in its message, from 1, and the word of zeros that follows it since Windows 10. No
 * specification has this form; it is what other implementations of local RPC write. The writer keeps the handle for who sends the message,
 * which no longer lies where the other side reads it: handles travel with messages that are copied.
 */
export function putSystemHandle(w: Writer, handle: SystemHandle): void {
  w.check(typeof handle?.close === "function", "a SystemHandle, as lendHandle and giveHandle make them");
  w.detach();
  w.handles ??= [];
  w.uint32(w.handles.push(handle));
  w.uint32(0);
}

/** As `putSystemHandle`, where there may be none. */
export function putSystemHandleOrNull(w: Writer, handle: SystemHandle | null): void {
  if (handle !== null) {
    putSystemHandle(w, handle);
    return;
  }
  w.uint32(0);
  w.uint32(0);
}

/** Reads a handle of what `system_handle(sh_...)` calls `word`. Throws NdrError unless the message carries one of that kind. */
export function takeSystemHandle(r: Reader, word: string): SystemHandle {
  return (
    takeSystemHandleOrNull(r, word) ?? r.refuse("null_ref_pointer", "no handle, where there has to be one")
  );
}

/** As `takeSystemHandle`; null where the sender has none. */
export function takeSystemHandleOrNull(r: Reader, word: string): SystemHandle | null {
  const number = r.uint32();
  const reserved = r.uint32();
  if (reserved !== 0) r.refuse("bad_stub_data", "a handle with octets whose meaning is not known");
  if (number === 0) return null;
  const handle = r.handles?.name(number) ?? "a handle of a message that carries none";
  if (typeof handle === "string") r.refuse("bad_stub_data", handle);
  if (!isOfKind(handle.kind, word)) {
    r.refuse("handle_kind", `a handle of the kind ${handle.kind}, where sh_${word} is required`);
  }
  return handle;
}

/** The end of a message with handles: answers `value`, what was read of it, to which they belong now. Refuses handles that were not read. */
export function acceptSystemHandles<T>(r: Reader, value: T): T {
  const more = r.handles?.unnamed ?? 0;
  if (more > 0) r.refuse("handle_count", `${more} handles that no parameter is for`);
  r.handles?.accept();
  return value;
}
