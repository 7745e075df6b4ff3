import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ConnectOptions } from "@ncalrpc/runtime";

/** What a client process is told to do; the answers come in the order of the commands. */
export type ClientCommand =
  | { readonly do: "become"; readonly uid: number; readonly gid: number; readonly groups: readonly number[] }
  | { readonly do: "connect"; readonly binding: string; readonly options: ConnectOptions }
  | { readonly do: "call"; readonly method: CallableMethod; readonly argument: number }
  | { readonly do: "raw"; readonly procNum: number; readonly octets: readonly number[] }
  | { readonly do: "startCalls" }
  | { readonly do: "stopCalls" };

/** Methods of Probe that a client process can call, each with one number. */
export type CallableMethod =
  | "add"
  | "sleep"
  | "whoAmI"
  | "privileged"
  | "openCounter"
  | "increment"
  | "census";

export type ClientAnswer =
  | { readonly value: unknown }
  | { readonly status: string; readonly details: string | null };

/** How the numbered calls went that a client made one after the other. Times in milliseconds. */
export interface CallStatistics {
  readonly count: number;
  /** Calls that failed or were answered with another call's result. */
  readonly wrong: number;
  readonly median: number;
  readonly longest: number;
}

/** A client of the probe interfaces in a process of its own. */
export class ClientProcess implements AsyncDisposable {
  readonly process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.process = child;
  }

  static async start(): Promise<ClientProcess> {
    const child = fork(fileURLToPath(new URL("./programs/probe-client.js", import.meta.url)));
    const [first] = await Promise.race([once(child, "message"), once(child, "exit")]);
    if (first !== "ready") {
      throw new Error(`the client ended with ${first} before it was ready`);
    }
    return new ClientProcess(child);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  async tell(command: ClientCommand): Promise<ClientAnswer> {
    const answer = once(this.process, "message");
    this.process.send(command);
    const [result] = await answer;
    return result;
  }

  /** Changes the user for good. */
  async become(uid: number, gid = uid, groups: readonly number[] = []): Promise<void> {
    await this.tell({ do: "become", uid, gid, groups });
  }

  connect(binding: string, options: ConnectOptions = {}): Promise<ClientAnswer> {
    return this.tell({ do: "connect", binding, options });
  }

  call(method: CallableMethod, argument = 0): Promise<ClientAnswer> {
    return this.tell({ do: "call", method, argument });
  }

  /** Calls `add` again and again until `stopCalls`. */
  async startCalls(): Promise<void> {
    await this.tell({ do: "startCalls" });
  }

  async stopCalls(): Promise<CallStatistics> {
    const answer = await this.tell({ do: "stopCalls" });
    if ("value" in answer && isStatistics(answer.value)) {
      return answer.value;
    }
    throw new Error(`the client answered ${JSON.stringify(answer)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exited = once(this.process, "exit");
      this.process.kill("SIGKILL");
      await exited;
    }
  }
}

function isStatistics(value: unknown): value is CallStatistics {
  return typeof value === "object" && value !== null && "median" in value;
}
