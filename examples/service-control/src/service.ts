import { RpcError } from "@ncalrpc/runtime";
import { Child, type Exit } from "./child.js";
import type { ServiceConfig } from "./config.js";
import { ServiceState, type ServiceStatus } from "./gen/service-control.js";
import { LogBuffer } from "./log-buffer.js";
import { Notifier } from "./notifier.js";
import { RestartPolicy } from "./restart-policy.js";

/** Who asked for something: a SID as text, and a process. */
export interface Requester {
  readonly user: string;
  readonly pid: number;
}

/** The manager itself. */
export const MANAGER: Requester = { user: "", pid: 0 };

/** One supervised program. Commands are carried out one after the other, in the order in which they came. */
export class Service {
  readonly name: string;
  readonly log: LogBuffer;
  readonly #config: ServiceConfig;
  readonly #policy: RestartPolicy;
  readonly #changes = new Notifier();
  readonly #output = new Notifier();
  #commands: Promise<void> = Promise.resolve();
  #state: ServiceState = ServiceState.STOPPED;
  #child: Child | null = null;
  #startedAt = 0;
  #restartTimer: NodeJS.Timeout | null = null;
  #exit: Exit = { code: -1, signal: 0 };
  #restarts = 0;
  #holders = 0;
  #isRemoved = false;
  #requester = MANAGER;
  #revision = 0;

  constructor(name: string, config: ServiceConfig) {
    this.name = name;
    this.log = new LogBuffer(config.logSize);
    this.#config = config;
    this.#policy = new RestartPolicy(config.restart);
  }

  get holders(): number {
    return this.#holders;
  }

  get isRemoved(): boolean {
    return this.#isRemoved;
  }

  get status(): ServiceStatus {
    return {
      name: this.name,
      state: this.#state,
      pid: this.#child?.pid ?? 0,
      exitCode: this.#exit.code,
      exitSignal: this.#exit.signal,
      restarts: this.#restarts,
      holders: this.#holders,
      isRemoved: this.#isRemoved,
      requester: this.#requester.user,
      requesterPid: this.#requester.pid,
      revision: this.#revision,
      logEnd: BigInt(this.log.end),
    };
  }

  /** Resolves when the service runs, or has failed to start. */
  start(requester: Requester): Promise<void> {
    return this.#command(() => this.#start(requester));
  }

  /** Resolves when no process is left. */
  stop(requester: Requester): Promise<void> {
    return this.#command(() => this.#stop(requester));
  }

  restart(requester: Requester): Promise<void> {
    return this.#command(async () => {
      await this.#stop(requester);
      await this.#start(requester);
    });
  }

  /** Stops it; from now on it can't be started or held. */
  remove(requester: Requester): Promise<void> {
    this.#isRemoved = true;
    return this.stop(requester);
  }

  /** Throws RpcError if the service is removed. */
  hold(): void {
    this.#checkPresent();
    this.#holders++;
    this.#changed();
  }

  release(): void {
    this.#holders--;
    this.#changed();
  }

  /** Resolves when `revision` is not the current one. Rejects with the signal's reason. */
  async untilChanged(revision: number, signal: AbortSignal): Promise<void> {
    while (this.#revision === revision) {
      await this.#changes.next(signal);
    }
  }

  /** Resolves when the service has written something from `offset` on. Rejects with the signal's reason. */
  async untilWritten(offset: number, signal: AbortSignal): Promise<void> {
    while (this.log.end <= offset) {
      await this.#output.next(signal);
    }
  }

  /** Fails all waiting, now and later, with `error`. */
  endWaits(error: Error): void {
    this.#changes.end(error);
    this.#output.end(error);
  }

  #command(work: () => Promise<void>): Promise<void> {
    const done = this.#commands.then(work);
    this.#commands = done.catch(() => {});
    return done;
  }

  async #start(requester: Requester): Promise<void> {
    this.#checkPresent();
    if (this.#child === null) {
      this.#cancelRestart();
      this.#policy.reset();
      this.#restarts = 0;
      this.#requester = requester;
      await this.#launch();
    }
  }

  async #stop(requester: Requester): Promise<void> {
    this.#cancelRestart();
    this.#requester = requester;
    const child = this.#child;
    if (child !== null) {
      child.signal("SIGTERM");
      this.#enter(ServiceState.STOPPING);
      const timer = setTimeout(() => child.signal("SIGKILL"), this.#config.stopGrace);
      this.#exit = await child.exited;
      clearTimeout(timer);
      this.#child = null;
    }
    this.#enter(ServiceState.STOPPED);
  }

  async #launch(): Promise<void> {
    this.#enter(ServiceState.STARTING);
    try {
      const child = await Child.spawn(this.#config, (chunk) => this.#onOutput(chunk));
      this.#child = child;
      this.#startedAt = performance.now();
      this.#enter(ServiceState.RUNNING);
      void child.exited.then((exit) => this.#onExit(exit));
    } catch (error) {
      this.#onOutput(
        Buffer.from(`cannot start ${this.name}: ${error instanceof Error ? error.message : error}\n`),
      );
      this.#enter(ServiceState.FAILED);
    }
  }

  /** The process ended: because it was told to, because it was done, or in a crash. */
  #onExit(exit: Exit): void {
    if (this.#state !== ServiceState.RUNNING) {
      return;
    }
    this.#child = null;
    this.#exit = exit;
    if (exit.code === 0 && exit.signal === 0) {
      this.#enter(ServiceState.STOPPED);
      return;
    }
    const delay = this.#policy.onCrash(performance.now() - this.#startedAt);
    if (delay === null) {
      this.#enter(ServiceState.FAILED);
      return;
    }
    this.#restarts++;
    this.#enter(ServiceState.STARTING);
    this.#restartTimer = setTimeout(() => {
      this.#restartTimer = null;
      void this.#command(() => this.#relaunch());
    }, delay);
  }

  /** Another command may have come first. */
  async #relaunch(): Promise<void> {
    if (this.#state === ServiceState.STARTING && this.#child === null) {
      await this.#launch();
    }
  }

  #cancelRestart(): void {
    if (this.#restartTimer !== null) {
      clearTimeout(this.#restartTimer);
      this.#restartTimer = null;
    }
  }

  #onOutput(chunk: Buffer): void {
    this.log.append(chunk);
    this.#output.notify();
  }

  #checkPresent(): void {
    if (this.#isRemoved) {
      throw new RpcError("RPC_S_INVALID_ARG", { details: `service "${this.name}" is removed` });
    }
  }

  #enter(state: ServiceState): void {
    this.#state = state;
    this.#changed();
  }

  #changed(): void {
    this.#revision = (this.#revision + 1) >>> 0;
    this.#changes.notify();
  }
}
