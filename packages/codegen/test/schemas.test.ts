import { beforeAll, describe, expect, test } from "vitest";
import { generateTypeScript } from "../src/index.js";
import { compileCase } from "./generate.js";
import { type Loaded, loadInterface } from "./load.js";

describe("generated schemas", () => {
  let echo: Loaded;
  let structs: Loaded;

  beforeAll(async () => {
    echo = await loadInterface(generateTypeScript(compileCase("echo")), "Echo");
    structs = await loadInterface(generateTypeScript(compileCase("structs")), "Structs");
  });

  function request(loaded: Loaded, method: string) {
    const found = loaded.definition.methods.find(({ name }) => name === method);
    if (found === undefined) throw new Error(`no method ${method}`);
    return found.request;
  }

  test("turn JSON into what the writers take", () => {
    expect(request(echo, "echoData").parse({ length: 3, data: "AQID" })).toEqual({
      length: 3,
      data: Uint8Array.of(1, 2, 3),
    });
    expect(request(echo, "swap").parse({ left: 1, right: "9007199254740993", times: 2 })).toEqual({
      left: 1,
      right: 9007199254740993n,
      times: 2,
    });
  });

  test("leave natural values as they are", () => {
    const value = { length: 3, data: Uint8Array.of(1, 2, 3) };
    expect(request(echo, "echoData").parse(value)).toEqual(value);
  });

  test("check ranges and widths", () => {
    expect(() => request(echo, "swap").parse({ left: 1, right: 1n, times: 11 })).toThrow();
    expect(() => request(echo, "swap").parse({ left: 2 ** 31, right: 1n, times: 1 })).toThrow();
    expect(() => request(echo, "addOne").parse({ value: 1.5 })).toThrow();
  });

  test("follow recursive types", () => {
    const tree = { name: "a", children: [{ name: null, children: null }, null] };
    const head = { value: 1, next: { value: 2, next: null } };
    expect(request(structs, "walk").parse({ head, tree })).toEqual({ head, tree });
    expect(() =>
      request(structs, "walk").parse({ head: { value: 1, next: { value: "x", next: null } }, tree }),
    ).toThrow();
  });
});
