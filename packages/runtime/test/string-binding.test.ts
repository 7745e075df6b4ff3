import { describe, expect, it } from "vitest";
import { isRpcError } from "../src/rpc-error.js";
import { formatStringBinding, parseStringBinding } from "../src/string-binding.js";

const uuid = "6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10";

describe("a string binding", () => {
  it.each([
    ["ncalrpc:[hello]", null, "hello", {}],
    ["NCALRPC:[Hello]", null, "Hello", {}],
    [`${uuid.toUpperCase()}@ncalrpc:[hello]`, uuid, "hello", {}],
    ["ncalrpc:[/run/other/hello]", null, "/run/other/hello", {}],
    ["ncalrpc:[\\\\RPC Control\\\\hello]", null, "\\RPC Control\\hello", {}],
    ["ncalrpc:[a\\,b\\]c,Security=Static]", null, "a,b]c", { security: "Static" }],
  ])("%s is read", (text, objectUuid, endpoint, options) => {
    const parsed = parseStringBinding(text);
    expect(parsed).toEqual({ objectUuid, endpoint, options: new Map(Object.entries(options)) });
  });

  it.each([
    ["", "RPC_S_INVALID_STRING_BINDING"],
    ["hello", "RPC_S_INVALID_STRING_BINDING"],
    ["ncacn_ip_tcp:[135]", "RPC_S_PROTSEQ_NOT_SUPPORTED"],
    ["ncalrpc:hello", "RPC_S_INVALID_STRING_BINDING"],
    ["ncalrpc:host[hello]", "RPC_S_INVALID_STRING_BINDING"],
    ["ncalrpc:[hello", "RPC_S_INVALID_STRING_BINDING"],
    ["ncalrpc:[hello]x", "RPC_S_INVALID_STRING_BINDING"],
    ["ncalrpc:[]", "RPC_S_INVALID_ENDPOINT_FORMAT"],
    ["ncalrpc:[hello,novalue]", "RPC_S_INVALID_STRING_BINDING"],
    ["not-a-uuid@ncalrpc:[hello]", "RPC_S_INVALID_STRING_BINDING"],
  ])("%j is refused with %s", (text, status) => {
    expect(() => parseStringBinding(text)).toThrowError(
      expect.toSatisfy((error: unknown) => isRpcError(error) && error.status === status),
    );
  });

  it("is written so that it reads back", () => {
    for (const endpoint of ["hello", "a,b:c@d[e\\f]", "\\RPC Control\\x"]) {
      expect(parseStringBinding(formatStringBinding(endpoint, uuid))).toMatchObject({
        endpoint,
        objectUuid: uuid,
      });
    }
  });
});
