import { describe, expect, test } from "vitest";
import {
  camelCase,
  fileScope,
  kebabCase,
  localScope,
  memberScope,
  methodScope,
  moduleScope,
  parameterScope,
  pascalCase,
} from "../src/names.js";

describe("names", () => {
  test.each([
    ["name", "name", "Name", "name"],
    ["ServiceControl", "serviceControl", "ServiceControl", "service-control"],
    ["RPC_UNICODE_STRING", "rpcUnicodeString", "RpcUnicodeString", "rpc-unicode-string"],
    ["dwProcessId", "dwProcessId", "DwProcessId", "dw-process-id"],
    ["HTTPServer", "httpServer", "HttpServer", "http-server"],
    ["PID", "pid", "Pid", "pid"],
    ["NetrShareEnumV2", "netrShareEnumV2", "NetrShareEnumV2", "netr-share-enum-v2"],
    ["int32Value", "int32Value", "Int32Value", "int32-value"],
    ["_leading", "leading", "Leading", "leading"],
    ["x__y", "xY", "XY", "x-y"],
    ["_", "x", "X", "x"],
    ["_9", "x9", "X9", "9"],
  ])("%s", (idl, camel, pascal, kebab) => {
    expect([camelCase(idl), pascalCase(idl), kebabCase(idl)]).toEqual([camel, pascal, kebab]);
  });

  test("what has a meaning of its own is claimed with an underscore", () => {
    expect(moduleScope().claim("Promise")).toBe("Promise_");
    expect(moduleScope().claim("Client")).toBe("Client_");
    expect(memberScope().claim("constructor")).toBe("constructor_");
    expect(memberScope().claim("class")).toBe("class_");
    expect(methodScope().claim("close")).toBe("close_");
    expect(methodScope().claim("then")).toBe("then_");
    expect(fileScope().claim("con")).toBe("con_");
    expect(localScope(new Set(["readStatus"]), ["options"]).claim("readStatus")).toBe("readStatus_");
    expect(localScope(new Set(), ["options"]).claim("options")).toBe("options_");
    expect(localScope(new Set(), []).claim("item")).toBe("item_");
    expect(parameterScope(new Set(["readStatus"]), ["options"]).claim("readStatus")).toBe("readStatus_");
    expect(parameterScope(new Set(), ["options"]).claim("options")).toBe("options_");
    expect(parameterScope(new Set(), []).claim("item")).toBe("item");
  });

  test("what is taken gets one underscore more each time", () => {
    const scope = memberScope();
    expect([scope.claim("a"), scope.claim("a"), scope.claim("a"), scope.claim("a_")]).toEqual([
      "a",
      "a_",
      "a__",
      "a___",
    ]);
  });
});
