import { beforeAll, describe, expect, test } from "vitest";
import { type GeneratedFile, generateTypeScript, limitations, UnsupportedError } from "../src/index.js";
import { compileText } from "./generate.js";
import { type Loaded, loadInterface } from "./load.js";

const text = `[ uuid(3e0d37a5-6f42-4b5d-9c52-6f1f3c1b8a7c), version(1.0), pointer_default(unique) ]
interface Calendar {
  typedef struct { short year; short month; short day; } Date;
  typedef [transmit_as(Date)] long Day;
  typedef unsigned long Flags;
  typedef struct { [string] wchar_t *text; } Text;
  typedef Text Path;
  typedef struct { Day from; Day until[2]; Flags flags; byte last; } Span;
  long Length([in] Span *span, [in, unique] Day *since, [out] Day *end, [in] Path *path);
  Day Next([in] Day day);
  void Mark([in] long count, [in, size_is(count)] Flags flags[]);
}`;

const source: GeneratedFile = {
  path: "hooks.ts",
  text: `
const start = Date.UTC(1970, 0, 1);
export const day = {
  toWire(day: number) {
    const date = new Date(start + 86_400_000 * day);
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  },
  fromWire: ({ year, month, day }: { year: number; month: number; day: number }) =>
    (Date.UTC(year, month - 1, day) - start) / 86_400_000,
};
export const flags = {
  toWire: (names: string) => names.split("|").reduce((sum, name) => sum | (1 << "abcdef".indexOf(name)), 0),
  fromWire: (bits: number) => [..."abcdef"].filter((_, bit) => (bits & (1 << bit)) !== 0).join("|"),
};
export const path = {
  toWire: (path: string[]) => ({ text: path.join("/") }),
  fromWire: ({ text }: { text: string | null }) => (text ?? "").split("/"),
};
`,
};

const hooks = {
  Day: { module: "./hooks.js", name: "day" },
  Flags: { module: "./hooks.js", name: "flags" },
  Path: { module: "./hooks.js", name: "path" },
};

describe("hooks", () => {
  let calendar: Loaded;
  const files = generateTypeScript(compileText(text), { hooks });

  beforeAll(async () => {
    calendar = await loadInterface([source, ...files], "Calendar");
  });

  const span = { from: 19_000, until: [19_001, 20_000], flags: "a|c", last: 7 };

  test("stand between the values of programs and what is sent", async () => {
    const args = [span, 365, ["usr", "lib"]];
    const octets = await calendar.send("length", args);
    expect(calendar.receive("length", octets)).toEqual(args);
    const response = calendar.respond("length", octets, { end: 20_001, returnValue: 3 });
    expect(await calendar.responded("length", args, response)).toEqual({ end: 20_001, returnValue: 3 });
    const { octets: next } = calendar.request("next", [19_000]);
    // 2022-01-08, as three shorts.
    expect(next.toString("hex")).toBe("e60701000800");
    const { octets: marks } = calendar.request("mark", [["a", "b|f"]]);
    expect(marks.toString("hex")).toBe("02000000020000000100000022000000");
  });

  test("have schemas of what is sent, and of what programs see", async () => {
    const { length } = await calendar.definition.schemas();
    const json = { year: 2022, month: 1, day: 8 };
    const given = { span: { ...span, from: json, flags: 5 }, since: null, path: { text: "usr/lib" } };
    expect(length?.request.parse(given)).toEqual({ span, since: null, path: ["usr", "lib"] });
    expect(length?.request.parse({ span, since: 365, path: ["usr"] })).toEqual({
      span,
      since: 365,
      path: ["usr"],
    });
    expect(() => length?.request.parse({ span: { ...span, from: "soon" }, since: 0, path: "" })).toThrow();
  });

  test("give their types to generated code", () => {
    const main = files[0]?.text ?? "";
    expect(main).toContain('import { day, flags, path } from "./hooks.js";');
    expect(main).toContain("export type Day = ReturnType<typeof day.fromWire>;");
    expect(main).toContain("next(day: Day, options?: CallOptions): Promise<Day>");
  });

  test("are missed where the IDL asks for them, and refused where nothing can be converted", () => {
    const model = compileText(text);
    expect(limitations(model)).toEqual([
      "Calendar.Day: [transmit_as]: without a hook, programs see what is sent, not Day",
    ]);
    expect(limitations(model, { hooks })).toEqual([]);
    expect(() => generateTypeScript(model, { hooks: { Span: hooks.Day } })).toThrow(
      new UnsupportedError(["the hook of Span, since no typedef has that name"]),
    );
    const within = text.replace("byte last;", "Path path;");
    expect(() => generateTypeScript(compileText(within), { hooks })).toThrow(
      "Span.path: Path, a converted type with pointers or an open array, within another",
    );
  });
});
