import { AlpcError } from "@ncalrpc/alpc";
import { NdrError } from "@ncalrpc/ndr";
import { describe, expect, it } from "vitest";
import { isRpcError, RpcError } from "../src/rpc-error.js";
import { explainRpcStatus, isRpcStatusName, RpcStatus, rpcStatusFromNumber } from "../src/rpc-status.js";

describe("the status table", () => {
  it("reads every number that it writes, and explains every name", () => {
    const names = Object.keys(RpcStatus).filter(isRpcStatusName);
    expect(names.length).toBeGreaterThan(30);
    for (const name of names) {
      expect(rpcStatusFromNumber(RpcStatus[name])).toBe(name);
      expect(explainRpcStatus(name)).not.toBe("");
    }
    expect(new Set(Object.values(RpcStatus)).size).toBe(names.length);
  });

  it.each([
    [0x80070005, "RPC_S_ACCESS_DENIED"],
    [0x1c010003, "RPC_S_UNKNOWN_IF"],
    [0x1c00001a, "RPC_X_SS_CONTEXT_MISMATCH"],
    [0xc0000005, "RPC_S_CALL_FAILED"],
    [0x6f7, "RPC_X_BAD_STUB_DATA"],
    [424242, "RPC_S_CALL_FAILED"],
  ])("takes 0x%s for %s", (number, name) => {
    expect(rpcStatusFromNumber(number)).toBe(name);
  });

  it("knows its names only", () => {
    expect(isRpcStatusName("toString")).toBe(false);
    expect(isRpcStatusName("__proto__")).toBe(false);
    expect(isRpcStatusName(5)).toBe(false);
  });
});

describe("RpcError", () => {
  it("says status, meaning and details", () => {
    const error = new RpcError("RPC_S_SERVER_UNAVAILABLE", { details: "hello" });
    expect(error.message).toBe("RPC_S_SERVER_UNAVAILABLE: no server listens on the endpoint: hello");
    expect(error).toMatchObject({ name: "RpcError", status: "RPC_S_SERVER_UNAVAILABLE", details: "hello" });
  });

  it("comes from whatever was thrown, and keeps the cause to itself", () => {
    const own = new RpcError("RPC_S_TIMEOUT");
    expect(RpcError.from(own)).toBe(own);
    expect(RpcError.from(new AlpcError("OBJECT_NAME_NOT_FOUND", "x")).status).toBe(
      "RPC_S_SERVER_UNAVAILABLE",
    );
    expect(RpcError.from(new AlpcError("PORT_DISCONNECTED", "x"), "RPC_S_CALL_FAILED_DNE").status).toBe(
      "RPC_S_CALL_FAILED_DNE",
    );
    expect(RpcError.from(new NdrError("invalid_bound", "x", 4)).status).toBe("RPC_S_INVALID_BOUND");
    const cause = new TypeError("inside");
    expect(RpcError.from(cause)).toMatchObject({ status: "RPC_S_CALL_FAILED", cause });
    expect(RpcError.from("a string").details).toBe("a string");
  });

  it("is recognised across copies of the package, by shape", () => {
    const foreign = Object.assign(new Error("x"), { status: "RPC_S_TIMEOUT" });
    foreign.name = "RpcError";
    expect(isRpcError(foreign)).toBe(true);
    expect(isRpcError(Object.assign(new Error("x"), { status: "RPC_S_TIMEOUT" }))).toBe(false);
    expect(isRpcError({ name: "RpcError", status: "RPC_S_TIMEOUT" })).toBe(false);
  });
});
