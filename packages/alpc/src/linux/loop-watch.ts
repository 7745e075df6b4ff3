import { AsyncResource } from "node:async_hooks";
import koffi from "koffi";
import { AlpcError } from "../error.js";

/** UV_READABLE of uv.h. */
const READABLE = 1;

/** Poll handles live as long as they are open: koffi closes one that is collected. */
const open = new Set<LoopWatch>();

/** What we run in the loop belongs to nobody who happened to open a port. */
const scope = new AsyncResource("NcalrpcLoopWatch");

/**
 * Has this thread's event loop wake up when a descriptor is readable, and call `onLoop` in each of its iterations, after
 * those events have been waited for.
 *
 * koffi's own callback would end the process: the loop of a worker that is terminated goes round once more, and
 * there Node-API calls nothing. So koffi's handle, which Node closes with the thread, is given a function of C that
 * does nothing, and what is to be done is an immediate that the loop does not wait for.
 */
export class LoopWatch {
  readonly #handle: ReturnType<typeof koffi.node.poll>;
  readonly #onLoop: () => void;
  readonly #again = (): void => this.#run();
  #immediate: NodeJS.Immediate | null = null;

  /** Throws AlpcError. `fd` must stay open for longer than this. */
  constructor(fd: number, onLoop: () => void) {
    this.#onLoop = onLoop;
    this.#handle = koffi.node.poll(fd, {}, doNothing);
    functions ??= loadFunctions();
    try {
      functions.start(fd);
    } catch (error) {
      this.#handle.close();
      throw error;
    }
    open.add(this);
    scope.runInAsyncScope(() => this.#await());
  }

  ref(): void {
    this.#handle.ref();
  }

  unref(): void {
    this.#handle.unref();
  }

  close(): void {
    open.delete(this);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#immediate = null;
    this.#handle.close();
  }

  #await(): void {
    this.#immediate = setImmediate(this.#again).unref();
  }

  #run(): void {
    this.#await();
    this.#onLoop();
  }
}

function doNothing(): void {}

interface LoopFunctions {
  /** Starts the poll handle of a descriptor. */
  start(fd: number): void;
}

/** Per thread, as each has its own loop. */
let functions: LoopFunctions | undefined;

/** Functions of libuv and of Node-API, which Node exports to add-ons. */
function loadFunctions(): LoopFunctions {
  const library = koffi.load(null);
  const getLoop = library.func("napi_get_uv_event_loop", "int", ["void *", "void *"]);
  const visitor = koffi.pointer(koffi.proto("void", ["void *", "void *"]));
  const walk = library.func("uv_walk", "void", ["void *", visitor, "void *"]);
  const fileno = library.func("uv_fileno", "int", ["void *", "void *"]);
  const start = library.func("uv_poll_start", "int", ["void *", "int", "void *"]);
  // Whatever takes anything and does nothing.
  const idle = library.symbol("uv_version");
  const result = new BigUint64Array(1);
  const octets = new Uint8Array(result.buffer);
  const descriptor = new Int32Array(result.buffer);
  getLoop(koffi.node.env, octets);
  const [loop] = result;
  return {
    start(fd) {
      let status = -1;
      const visit = (handle: bigint): void => {
        if (fileno(handle, octets) === 0 && descriptor[0] === fd) status = start(handle, READABLE, idle);
      };
      walk(loop, visit, null);
      if (status !== 0) throw new AlpcError("UNSUCCESSFUL", `the event loop cannot watch a port (${status})`);
    },
  };
}
