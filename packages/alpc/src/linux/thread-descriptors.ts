import { isMainThread } from "node:worker_threads";
import koffi from "koffi";
import type { LibC } from "./libc.js";
import { unmapWithThread } from "./thread-mappings.js";

/**
 * The descriptors that a worker thread has made. Nothing of JavaScript runs any more when a thread is terminated, and the
 * process lives on: so Node is told to call close(2) for each of them when it takes the thread's environment down, and
 * whoever is at the other end of a connection learns that it is over.
 */
class ThreadDescriptors {
  readonly #open = new Set<number>();
  readonly #add: (fd: number) => void;
  readonly #remove: (fd: number) => void;

  constructor() {
    const library = koffi.load(null);
    const bind = (name: string) => library.func(name, "int", ["void *", "void *", "intptr"]);
    const add = bind("napi_add_env_cleanup_hook");
    const remove = bind("napi_remove_env_cleanup_hook");
    const close = library.symbol("close");
    this.#add = (fd) => add(koffi.node.env, close, fd);
    this.#remove = (fd) => remove(koffi.node.env, close, fd);
  }

  add(fd: number): number {
    if (fd >= 0 && !this.#open.has(fd)) {
      this.#open.add(fd);
      this.#add(fd);
    }
    return fd;
  }

  remove(fd: number): void {
    if (this.#open.delete(fd)) this.#remove(fd);
  }
}

let descriptors: ThreadDescriptors | null = null;

/** Has what this thread makes closed, and what it maps unmapped, when the thread ends, be it by force. The main thread's end is the process's. */
export function closeWithThread(libc: LibC): LibC {
  if (isMainThread) return libc;
  descriptors ??= new ThreadDescriptors();
  const own = descriptors;
  return {
    ...unmapWithThread(libc),
    socket: (...args) => own.add(libc.socket(...args)),
    accept4: (...args) => own.add(libc.accept4(...args)),
    epoll_create1: (...args) => own.add(libc.epoll_create1(...args)),
    memfd_create: (...args) => own.add(libc.memfd_create(...args)),
    pidfd_open: (...args) => own.add(libc.pidfd_open(...args)),
    close: (fd) => {
      own.remove(fd);
      return libc.close(fd);
    },
  };
}

/** A duplicate is to be closed when this thread ends, too, unless that is done before: returns it. */
export function keepWithThread(fd: number): number {
  return descriptors?.add(fd) ?? fd;
}

/** Another thread is to close a descriptor of this one. */
export function handOver(fd: number): void {
  descriptors?.remove(fd);
}
