import { compile, type Model } from "@ncalrpc/idl";
import { beforeAll, describe, expect, test } from "vitest";
import { RpcError } from "../../runtime/dist/index.js";
import { generateTypeScript, limitations } from "../src/index.js";
import { compileCase, compileText } from "./generate.js";
import { loadInterface } from "./load.js";

const header = "[ uuid(3e0d37a5-6f42-4b5d-9c52-6f1f3c1b8a91), version(1.0) ] interface Status";

const idl = `${header} {
    typedef struct { long a; } Kept;
    typedef struct { long b; } Other;
    void Nothing([in] long n);
    long Value([in] long n);
    void Several([in] long n, [out] long *twice);
    [maybe] void Hint([in] long n);
}`;

const acf = `interface Status {
    typedef [encode, decode] Kept;
    Nothing([comm_status, fault_status] st);
    Value([comm_status] st);
    Several([comm_status] sent, [fault_status] served);
    Hint([comm_status, fault_status] st);
}`;

function compileWithAcf(): Model {
  const { model, diagnostics } = compile(
    ["input.idl"],
    { read: (path) => (path === "input.idl" ? idl : acf), resolveImport: () => null },
    { acf: "input.acf" },
  );
  expect(diagnostics).toEqual([]);
  if (model === null) throw new Error("no model");
  return model;
}

/** A generated client whose calls end as `call` says. */
type Methods = Record<string, (...args: unknown[]) => unknown>;

function clientOf(prototype: object, call: () => unknown): Methods {
  return Object.create(prototype, { call: { value: call }, callMaybe: { value: call } });
}

describe("a status that is asked for", () => {
  let own: object;
  let hidden: object;
  let blocking: object;

  beforeAll(async () => {
    const loaded = await loadInterface(generateTypeScript(compileCase("statuses")), "Statuses");
    own = loaded.definition.client.prototype;
    const sync = loaded.module["StatusesSyncClient"];
    if (typeof sync !== "function") throw new Error("no class");
    blocking = sync.prototype;
    hidden = (await loadInterface(generateTypeScript(compileWithAcf()), "Status")).definition.client
      .prototype;
  });

  const fails = (status: RpcError["status"]) => () => Promise.reject(new RpcError(status));
  const gives = (value: unknown) => () => Promise.resolve(value);

  test("is the return value or an [out] parameter", async () => {
    expect(await clientOf(own, fails("RPC_S_SERVER_UNAVAILABLE"))["plain"]?.(1)).toBe(1722);
    expect(await clientOf(own, fails("RPC_X_BAD_STUB_DATA"))["plain"]?.(1)).toBe(1783);
    expect(await clientOf(own, gives(7))["plain"]?.(1)).toBe(7);
    expect(await clientOf(own, fails("RPC_S_TIMEOUT"))["parameter"]?.(1)).toEqual({ status: 1460 });
    expect(await clientOf(own, gives({ twice: 2, status: 3 }))["parameter"]?.(1)).toEqual({
      twice: 2,
      status: 3,
    });
    expect(await clientOf(own, fails("RPC_S_ACCESS_DENIED"))["open"]?.()).toEqual({ returnValue: 5 });
  });

  test("is of the one kind or the other", async () => {
    const both = (status: RpcError["status"]) => clientOf(own, fails(status))["both"]?.();
    expect(await both("RPC_S_CALL_FAILED")).toEqual({ sent: 1726, served: 0 });
    expect(await both("RPC_S_INVALID_TAG")).toEqual({ sent: 0, served: 1733 });
    expect(await clientOf(own, fails("RPC_S_CALL_FAILED"))["result"]?.(1)).toEqual({ returnValue: 1726 });
    await expect(clientOf(own, fails("RPC_X_BAD_STUB_DATA"))["result"]?.(1)).rejects.toThrow(
      "RPC_X_BAD_STUB_DATA",
    );
    await expect(clientOf(own, () => Promise.reject(new TypeError("mine")))["plain"]?.(1)).rejects.toThrow(
      TypeError,
    );
  });

  test("is of a call that blocks too", () => {
    const refuse = (status: RpcError["status"]) => () => {
      throw new RpcError(status);
    };
    expect(clientOf(blocking, refuse("RPC_S_SERVER_UNAVAILABLE"))["plain"]?.(1)).toBe(1722);
    expect(clientOf(blocking, () => 4)["plain"]?.(1)).toBe(4);
    expect(() => clientOf(blocking, refuse("RPC_X_BAD_STUB_DATA"))["result"]?.(1)).toThrow(RpcError);
  });

  test("is the client's own where only the ACF file names it", async () => {
    const down = clientOf(hidden, fails("RPC_S_SERVER_UNAVAILABLE"));
    expect(await down["nothing"]?.(1)).toEqual({ st: 1722 });
    expect(await down["value"]?.(1)).toEqual({ st: 1722 });
    expect(await down["several"]?.(1)).toEqual({ sent: 1722, served: 0 });
    expect(await down["hint"]?.(1)).toEqual({ st: 1722 });
    expect(await clientOf(hidden, gives(undefined))["nothing"]?.(1)).toEqual({ st: 0 });
    expect(await clientOf(hidden, gives(5))["value"]?.(1)).toEqual({ returnValue: 5, st: 0 });
    expect(await clientOf(hidden, gives({ twice: 2 }))["several"]?.(1)).toEqual({
      twice: 2,
      sent: 0,
      served: 0,
    });
    expect(await clientOf(hidden, gives(undefined))["hint"]?.(1)).toEqual({ st: 0 });
  });
});

test("types that the ACF file names have functions of their own, others do not", () => {
  const [file] = generateTypeScript(compileWithAcf());
  expect(file?.text).toContain("export function encodeKept");
  expect(file?.text).toContain("export function decodeKept");
  expect(file?.text).not.toContain("encodeOther");
});

test("what can't have a status, and what a method asks for besides, is named", () => {
  const text = `${header} {
    [comm_status] void Nothing(void);
    void Sent([in, fault_status] long st);
    [encode, decode] void Pickled([in] long n);
    [notify] void Noticed(void);
}`;
  expect(limitations(compileText(text))).toEqual([
    "Status.Nothing: [comm_status]: its return value is no integer that comes back; failures reject",
    "Status.Sent: [fault_status]: its parameter 'st' is no integer that comes back; failures reject",
    "Status.Noticed: [notify]: nothing is called when the response has been sent",
  ]);
});
