import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";

/** Runs Windows programs under Wine, in a prefix of its own; nothing runs on after close(). */
export class WineSession {
  #wine;
  #server;
  #env;

  /** Makes the prefix (Windows 10) if it is not there yet. */
  constructor({ wine, wineServer }, prefix) {
    this.#wine = wine;
    this.#server = wineServer;
    const isNew = !existsSync(prefix);
    const path = isNew ? `${prefix}.part` : prefix;
    this.#env = {
      WINEPREFIX: path,
      WINEDEBUG: "-all",
      // Neither a debugger for crashes nor offers to download Mono and Gecko.
      WINEDLLOVERRIDES: "winedbg.exe=d;mscoree=;mshtml=",
    };
    if (isNew) this.#create(path, prefix);
  }

  /** A Windows path for one of this system. */
  path(path) {
    return `Z:${path.replaceAll("/", "\\")}`;
  }

  /** Starts a Windows program; `env` is added to the environment. */
  spawn(program, args, { env = {}, ...options } = {}) {
    return spawn(this.#wine, [program, ...args], {
      ...options,
      env: { ...process.env, ...this.#env, ...env },
    });
  }

  close() {
    const env = { ...process.env, ...this.#env };
    spawnSync(this.#server, ["-k"], { env, stdio: "ignore" });
    spawnSync(this.#server, ["-w"], { env, stdio: "ignore", timeout: 10_000 });
  }

  #create(path, prefix) {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(dirname(path), { recursive: true });
    this.#run(["wineboot", "-i"]);
    this.#run(["winecfg", "-v", "win10"]);
    this.close();
    renameSync(path, prefix);
    this.#env = { ...this.#env, WINEPREFIX: prefix };
  }

  #run(args) {
    const env = { ...process.env, ...this.#env };
    const { status, error } = spawnSync(this.#wine, args, { env, stdio: "ignore", timeout: 180_000 });
    if (status !== 0) throw new Error(`wine ${args.join(" ")}: ${error?.message ?? `exit code ${status}`}`);
  }
}
