import { describe, expect, test } from "vitest";
import { generateTypeScript } from "../src/index.js";
import { compileText } from "./generate.js";
import { type Loaded, loadInterface } from "./load.js";

/** The same interface with its [range]s, which the decoder under test has, and without them, for what makes the octets. */
function interfaceText(isStrict: boolean): string {
  const text = `
[ uuid(7d4a52bb-3bb5-4f6e-a5b5-0d5b0ad9f1a7), version(1.0), pointer_default(unique) ]
interface Paths {
    typedef enum { OFF, ON } Mode;
    typedef struct { long low; long high; } Span;
    typedef struct { [range(1, 9)] unsigned short level; long code; Mode mode; Span span; } Setting;
    typedef struct { [range(0, 8)] [string] wchar_t *name; Setting setting; } Status;
    typedef struct Node { [range(0, 5)] long value; struct Node *next; } Node;
    typedef [switch_type(long)] union { [case(1)] Status one; [case(2)] [range(0, 3)] long two; } Choice;
    typedef struct { unsigned long count; [size_is(count), range(0, 2)] Status *items; } List;
    void Query([in] Status *status, [in] long after);
    void Walk([in] Node *head);
    void Rows([in] Setting rows[2][2]);
    void Send([in] List *list);
    void Texts([in] unsigned long n, [in, size_is(n), string] wchar_t **texts);
    void Pairs([in] unsigned long n, [in, unique, size_is(n * 2)] long *values);
    void Choose([in] long which, [in, switch_is(which)] Choice *choice);
    Status Answer();
}`;
  return isStrict ? text : text.replace(/\[range\([^)]*\)\]/g, "").replace(/, range\([^)]*\)/g, "");
}

async function load(isStrict: boolean): Promise<Loaded> {
  return await loadInterface(generateTypeScript(compileText(interfaceText(isStrict))), "Paths");
}

const strict = await load(true);
const open = await load(false);

/** What the decoder says about a request that breaks a rule. */
function complaint(method: string, args: readonly unknown[], change = (octets: Buffer) => octets) {
  const octets: Buffer = change(Buffer.from(open.request(method, args).octets));
  try {
    strict.receive(method, octets);
  } catch (error) {
    return error instanceof Error ? error.message.replace(/ \(stub offset \d+\)$/, "") : String(error);
  }
  return "accepted";
}

const setting = { level: 3, code: 1, mode: 1, span: { low: 0, high: 1 } };
const status = { name: "a", setting };
const withLevel = (level: number) => ({ name: null, setting: { ...setting, level } });

describe("errors of generated decoders name what is wrong, by its whole path", () => {
  test("a member of a struct", () => {
    expect(complaint("query", [{ ...status, name: "too long a name" }, 0])).toBe(
      "Query.status.name: count 16 above range 0..8",
    );
  });

  test("a member of a struct in a struct", () => {
    expect(complaint("query", [withLevel(70), 0])).toBe(
      "Query.status.setting.level: value 70 above range 1..9",
    );
    expect(complaint("query", [withLevel(0), 0])).toBe(
      "Query.status.setting.level: value 0 below range 1..9",
    );
  });

  test("what octets are missing for", () => {
    const cut = (length: number) => (octets: Buffer) => octets.subarray(0, length);
    const whole = open.request("query", [withLevel(3), 0]).octets.length;
    expect(complaint("query", [withLevel(3), 0], cut(whole - 1))).toMatch(/^Query\.after: 4 octets expected/);
    expect(complaint("query", [withLevel(3), 0], cut(whole - 5))).toMatch(
      /^Query\.status\.setting\.span: 8 octets expected/,
    );
    expect(complaint("query", [withLevel(3), 0], cut(7))).toMatch(
      /^Query\.status\.setting\.level: 8 octets expected/,
    );
    expect(complaint("query", [withLevel(3), 0], cut(0))).toMatch(/^Query\.status\.name: 4 octets expected/);
  });

  test("an element of an array", () => {
    const texts = ["one", "two", "three"];
    const nul = (octets: Buffer) => {
      octets[octets.length - 4] = 0;
      return octets;
    };
    expect(complaint("texts", [texts], nul)).toBe("Texts.texts[2]: a string with NUL before its end");
  });

  test("a member of an element of an array behind pointers", () => {
    const items = [status, { ...status, name: "too long a name" }];
    expect(complaint("send", [{ items }])).toBe("Send.list.items[1].name: count 16 above range 0..8");
    expect(complaint("send", [{ items: [status, withLevel(12)] }])).toBe(
      "Send.list.items[1].setting.level: value 12 above range 1..9",
    );
    expect(complaint("send", [{ items: [status, status, status] }])).toBe(
      "Send.list.items: count 3 above range 0..2",
    );
  });

  test("an element of an array of arrays", () => {
    const rows = [
      [setting, setting],
      [setting, { ...setting, level: 99 }],
    ];
    expect(complaint("rows", [rows])).toBe("Rows.rows[1][1].level: value 99 above range 1..9");
  });

  test("the end of a list", () => {
    const head = { value: 1, next: { value: 2, next: { value: 6, next: null } } };
    expect(complaint("walk", [head])).toBe("Walk.head.next.next.value: value 6 above range 0..5");
  });

  test("an arm of a union, and its tag", () => {
    expect(complaint("choose", [{ tag: 2, value: 7 }])).toBe("Choose.choice.two: value 7 above range 0..3");
    expect(complaint("choose", [{ tag: 1, value: withLevel(10) }])).toBe(
      "Choose.choice.one.setting.level: value 10 above range 1..9",
    );
    const tag = (octets: Buffer) => {
      octets[4] = 3;
      return octets;
    };
    expect(complaint("choose", [{ tag: 2, value: 1 }], tag)).toBe(
      "Choose.choice.tag: Choice: no arm for tag 3",
    );
  });

  test("a count that disagrees with another one", () => {
    const fewer = (octets: Buffer) => {
      octets.writeUInt32LE(5, 0);
      return octets;
    };
    expect(complaint("texts", [["one", "two"]], fewer)).toBe("Texts.texts: size_is(n) is 5, not 2");
  });

  test("a reader is used again after an error", () => {
    expect(complaint("query", [withLevel(70), 0])).toContain("level");
    expect(complaint("query", [status, 0])).toBe("accepted");
  });
});

/** What a writer says about values that break a rule. */
function refusal(method: string, args: readonly unknown[], syntax: "ndr20" | "ndr64" = "ndr20"): string {
  strict.syntax = syntax;
  try {
    strict.request(method, args);
  } catch (error) {
    return error instanceof Error ? error.message.replace(/ \(stub offset \d+\)$/, "") : String(error);
  } finally {
    strict.syntax = "ndr20";
  }
  return "accepted";
}

describe.each(["ndr20", "ndr64"] as const)(
  "errors of generated encoders in %s name what is wrong, by its whole path",
  (syntax) => {
    const said = (method: string, ...args: unknown[]) => refusal(method, args, syntax);

    test("a parameter and members of structs", () => {
      expect(said("query", status, 2 ** 31)).toBe(
        "Query.after: an integer from -2147483648 to 2147483647 is required here, not 2147483648",
      );
      expect(said("query", withLevel(70), 0)).toBe(
        "Query.status.setting.level: from 1 to 9 is required here, not 70",
      );
      expect(said("query", { name: "too long a name", setting }, 0)).toBe(
        "Query.status.name: does not fit range(0, 8)",
      );
      const span = { low: 0, high: 0.5 };
      expect(said("query", { ...status, setting: { ...setting, span } }, 0)).toMatch(
        /^Query\.status\.setting\.span\.high: an integer/,
      );
    });

    test("elements of arrays, and members of theirs", () => {
      expect(said("send", { items: [status, withLevel(12)] })).toMatch(
        /^Send\.list\.items\[1\]\.setting\.level: from 1/,
      );
      expect(said("send", { items: [status, status, status] })).toBe(
        "Send.list.items: does not fit range(0, 2)",
      );
      expect(said("texts", ["one", "two", "a\0b"])).toBe("Texts.texts[2]: a string has NUL at 1");
      const rows = [
        [setting, setting],
        [setting, { ...setting, level: 99 }],
      ];
      expect(said("rows", rows)).toMatch(/^Rows\.rows\[1\]\[1\]\.level: from 1/);
      expect(said("rows", [[setting, setting], [setting]])).toBe("Rows.rows[1]: does not fit [2]");
    });

    test("a size that an expression gives", () => {
      expect(said("pairs", 1, Int32Array.of(1, 2, 3))).toBe("Pairs.values: does not fit size_is(n * 2)");
      expect(said("pairs", 1, null)).toBe("Pairs.values: does not fit size_is(n * 2): null has no elements");
    });

    test("the end of a list, arms of unions and their tags", () => {
      const head = { value: 1, next: { value: 2, next: { value: 6, next: null } } };
      expect(said("walk", head)).toMatch(/^Walk\.head\.next\.next\.value: from 0/);
      expect(said("choose", { tag: 2, value: 7 })).toMatch(/^Choose\.choice\.value: from 0/);
      expect(said("choose", { tag: 3, value: 7 })).toBe("Choose.choice.tag: Choice: no arm for tag 3");
    });

    test("a cycle", () => {
      const head: { value: number; next: object | null } = { value: 1, next: null };
      head.next = head;
      expect(said("walk", head)).toMatch(/^Walk\.head(\.next){60,}.*: nested deeper than 64/);
    });

    test("what is frozen", () => {
      const frozen = Object.freeze({ name: null, setting: Object.freeze({ ...setting, level: 10 }) });
      expect(said("query", frozen, 0)).toMatch(/^Query\.status\.setting\.level: from 1/);
    });
  },
);

test("responses are named by the method and what it returns", () => {
  const { octets } = strict.request("answer", []);
  expect(() => strict.respond("answer", octets, withLevel(70))).toThrow(
    "Answer.return.setting.level: from 1 to 9 is required here, not 70",
  );
});

describe("chunks of pipes are named by method and parameter", async () => {
  const pipes = await loadInterface(
    generateTypeScript(
      compileText(`
[ uuid(7d4a52bb-3bb5-4f6e-a5b5-0d5b0ad9f1a8), version(1.0) ]
interface Pipes {
    typedef struct { long n; boolean b; [range(0, 5)] long value; } Sample;
    typedef pipe Sample SAMPLES;
    typedef [range(1, 4)] pipe byte OCTETS;
    void Put([in] SAMPLES samples);
    void PutOctets([in] OCTETS octets);
    void Get([out] SAMPLES samples);
}`),
    ),
    "Pipes",
  );
  const sample = (value: number) => ({ n: 1, b: true, value });

  test("when they are sent", async () => {
    const samples = [[sample(1)], [sample(2), sample(7)]];
    await expect(pipes.answer("get", Buffer.alloc(0), { samples })).rejects.toThrow(
      "Get.samples[1].value: from 0 to 5 is required here, not 7",
    );
  });

  test("when they are received", async () => {
    const octets = await pipes.send("put", [[[sample(1), sample(2)]]]);
    octets.writeInt32LE(9, octets.length - 8);
    expect(() => pipes.receive("put", octets)).toThrow("Put.samples[1].value: value 9 above range 0..5");
    const cut = octets.subarray(0, octets.length - 10);
    expect(() => pipes.receive("put", cut)).toThrow("Put.samples[1]");
  });
});
