import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile, type SourceHost } from "@ncalrpc/idl";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkCompileTargets, compileText } from "../src/compile/compile-report.js";
import { compileProgram } from "../src/compile/program.js";
import { protoSchema } from "../src/compile/proto-schema.js";
import type { CompileReport } from "../src/compile/run-compile.js";

const IDL = `
[uuid(0d6a9c1e-7f27-4c4e-9d3c-3f0a6a1b2c44), version(1.0), pointer_default(unique)]
interface Things {
  typedef enum { ONE = 1, UNO = 1, TWO } Number;
  typedef [context_handle] void *HANDLE_T;
  typedef struct { unsigned long count; [size_is(count)] byte *octets; [string] wchar_t *name; } Thing;
  typedef [switch_type(long)] union { [case(1)] Thing thing; [case(2)] hyper big[4]; [default]; } Choice;
  long Open([in] Thing *thing, [in] long which, [in, switch_is(which)] Choice *choice, [out] HANDLE_T *handle);
  void Swap([in, out] double matrix[2][3], [in, out] Number *number);
}`;

function modelOf(text: string) {
  const host: SourceHost = {
    read: (path) => (path === "things.idl" ? text : null),
    resolveImport: () => null,
  };
  return compile(["things.idl"], host);
}

describe("an equal schema", () => {
  it("has a message for each struct and union, two for each method, and a service", () => {
    const { model, diagnostics } = modelOf(IDL);
    if (model === null) throw new Error(JSON.stringify(diagnostics));
    expect(protoSchema(model)).toBe(`syntax = "proto3";
package schema;
enum Things_Number {
  option allow_alias = true;
  Things_Number_unspecified_ = 0;
  Things_Number_ONE = 1;
  Things_Number_UNO = 1;
  Things_Number_TWO = 2;
}
message Things_Thing {
  optional bytes octets_1 = 1;
  optional string name_2 = 2;
}
message Things_Choice_2 { repeated sint64 items = 1; }
message Things_Choice {
  oneof arm {
    Things_Thing thing_1 = 1;
    Things_Choice_2 big_2 = 2;
  }
}
message Things_OpenCallRequest {
  Things_Thing thing_1 = 1;
  Things_Choice choice_2 = 2;
}
message Things_OpenCallResponse {
  bytes handle_1 = 1;
  sint32 return_value_2 = 2;
}
message Things_SwapCallRequest_1 { repeated double items = 1; }
message Things_SwapCallRequest {
  repeated Things_SwapCallRequest_1 matrix_1 = 1;
  Things_Number number_2 = 2;
}
message Things_SwapCallResponse_1 { repeated double items = 1; }
message Things_SwapCallResponse {
  repeated Things_SwapCallResponse_1 matrix_1 = 1;
  Things_Number number_2 = 2;
}
service Things {
  rpc Open(Things_OpenCallRequest) returns (Things_OpenCallResponse);
  rpc Swap(Things_SwapCallRequest) returns (Things_SwapCallResponse);
}
`);
  });
});

const report: CompileReport = {
  started: "2026-01-02T03:04:05.678Z",
  machine: {
    cpu: "A processor",
    cores: 2,
    memory: 4,
    kernel: "Linux 6",
    node: "v20",
    packages: { buf: "1" },
    compiler: null,
    commit: null,
  },
  loads: [],
  records: [
    { name: "ours", time: 1_500, memory: 401, runs: 5, isCut: false },
    { name: "theirs", time: 180_000, memory: 90, runs: 1, isCut: true },
  ],
  watch: [{ name: "small", time: 300 }],
  missing: null,
};

describe("the report about compiling", () => {
  it("holds what was measured against what was promised", () => {
    expect(checkCompileTargets(report).map(({ isKept }) => isKept)).toEqual([true, false, true]);
  });

  it("says what was cut short, and why there is no peer", () => {
    expect(compileText(report)).toMatch(/^\| theirs +\| +over 180,000 /m);
    expect(compileText({ ...report, missing: "buf: none" })).toContain("cannot be run here: buf: none");
  });
});

describe("npm run bench -- compile", () => {
  let out: string;

  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), "bench-compile-"));
  });

  afterEach(() => {
    rmSync(out, { recursive: true });
  });

  it("times compilers and writes what it found", { timeout: 60_000 }, async () => {
    expect(await compileProgram(["--quick", "--out", out])).toBe(0);
    const text = readFileSync(join(out, "compile.md"), "utf8");
    expect(text).toMatch(/^\| ncalrpc generate, 20 methods +\| +[\d,.]+ \| +[\d.]+ \| +1 \|$/m);
    expect(text).toMatch(/^\| --watch, service-control\.idl/m);
  });

  it.each([
    [["--file", "/nowhere/x.idl"], "--file: no /nowhere/x.idl"],
    [["--runs", "0"], '--runs wants a whole number from 1, not "0"'],
    [["--dialect", "corba"], '--dialect: "corba" is none of midl, widl, pidl, dce'],
  ])("says what is wrong with %j", async (args, message) => {
    await expect(compileProgram(args)).rejects.toThrow(message);
  });
});
