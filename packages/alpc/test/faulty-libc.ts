import { type LibC, loadLibC } from "../src/linux/libc.js";

/** The name of a system function. */
export type SystemFunction = Exclude<keyof LibC, "errno" | "memcpy" | "close" | "munmap">;

/** The system's functions, one call of which fails. */
export class FaultyLibC {
  readonly libc: LibC;
  /** Whether the call that is to fail has been reached. */
  hasFailed = false;

  /** The `nth` call (from 1) of `name` does nothing but fail with `errno`. */
  constructor(name: SystemFunction, nth: number, errno: number) {
    const real = loadLibC();
    let calls = 0;
    let injected = 0;
    const failing = (...args: never[]): number => {
      injected = 0;
      if (++calls !== nth) return Reflect.apply(real[name], real, args);
      this.hasFailed = true;
      injected = errno;
      return -1;
    };
    const watched: LibC = { ...real, [name]: failing, errno: () => injected || real.errno() };
    // Any other call that fails after the injected one has an errno of its own.
    this.libc = new Proxy(watched, {
      get(target, key: keyof LibC) {
        if (key !== "errno" && key !== name) injected = 0;
        return target[key];
      },
    });
  }
}
