import { describe, expect, test } from "vitest";
import { describeModel } from "../src/index.js";
import { HEADER, modelOf } from "./helpers.js";

function methodOf(body: string) {
  const [found] = describeModel(
    modelOf(`${HEADER} interface Test { ${body} }`),
    (unit, type) => `${unit}:${type.kind}`,
  );
  const method = found?.methods.at(-1);
  if (method === undefined) throw new Error("expected a method");
  return method;
}

/** Sizes as the encoding rules of C706 14 give them. */
const sizes: readonly [body: string, request: [number, number | null], response: [number, number | null]][] =
  [
    ["void F();", [0, 0], [0, 0]],
    ["hyper F([in] small a, [in] hyper b);", [16, 16], [8, 8]],
    ["void F([in] small a, [in] short b, [out] double *c);", [4, 4], [8, 8]],
    ["typedef enum { A } E; void F([in] E e, [in] long b);", [8, 8], [0, 0]],
    ["void F([in, unique] long *a);", [4, 8], [0, 0]],
    ["void F([in, string] const wchar_t *s);", [14, null], [0, 0]],
    ["void F([in, string, range(1, 10)] const wchar_t *s);", [14, 32], [0, 0]],
    ["void F([in, range(0, 8)] long n, [in, size_is(n)] byte *data);", [8, 16], [0, 0]],
    ["struct S { small a; hyper b; }; void F([in] struct S s[2]);", [32, 32], [0, 0]],
    ["struct S { small a; long b; }; void F([in] small x, [in] struct S s);", [12, 12], [0, 0]],
    ["typedef struct N { long v; [unique] struct N *next; } N; void F([in] N *n);", [8, null], [0, 0]],
    [
      "typedef struct T { [unique] struct T *a, *b; } T; typedef struct U { [unique] T *a, *b; } U; void F([in] U *n);",
      [8, null],
      [0, 0],
    ],
    ["typedef struct { [unique] long *p; } P; void F([in] P p[3]);", [12, 45], [0, 0]],
    [
      "struct C { [range(0, 4)] long n; [size_is(n)] short a[]; }; void F([in] struct C *c);",
      [8, 16],
      [0, 0],
    ],
    [
      "struct C { [range(0, 4)] long n; [size_is(n, 2)] short a[][]; }; void F([in] struct C *c);",
      [12, 28],
      [0, 0],
    ],
    ["void F([in, length_is(2, 3)] byte a[4][5]);", [16, 36], [0, 0]],
    ["typedef [context_handle] void *H; void F([in] H h, [out] H *g);", [20, 20], [20, 20]],
    ["typedef [context_handle] void *H; void F([in] H h[2], [out] H g[3]);", [40, 40], [60, 60]],
    ["void F([in] long n, [out, size_is(n)] byte *data);", [4, 4], [4, null]],
  ];

describe("describeModel", () => {
  test.each(sizes)("sizes of %s", (body, [min, max], [responseMin, responseMax]) => {
    const { request, response } = methodOf(body);
    expect(request).toEqual({ min, max });
    expect(response).toEqual({ min: responseMin, max: responseMax });
  });

  test("many levels of pointers take no time", () => {
    const structs = Array.from(
      { length: 40 },
      (_, i) => `typedef struct { [unique] ${i === 0 ? "long" : `L${i - 1}`} *a, *b, *c; } L${i};`,
    );
    expect(methodOf(`${structs.join(" ")} void F([in] L39 *l);`).request).toEqual({ min: 12, max: null });
  });

  test("parameters have both names of their types, direction, range, and what they count", () => {
    expect(methodOf("long F([in, range(0, 9)] long n, [in, size_is(n)] hyper *data);")).toMatchObject({
      opnum: 0,
      parameters: [
        { name: "n", direction: "in", wire: "long", type: "Test:scalar", range: "0..9", derivedFrom: "data" },
        { name: "data", wire: "ref pointer to array [n] of hyper", range: null },
      ],
      returns: { wire: "long" },
    });
  });

  test("system handles are named by their kinds, and take a number in the message", () => {
    const method = methodOf(
      "void F([in, unique, system_handle(sh_socket)] void *s, [out, system_handle(sh_file)] void **f);",
    );
    expect(method).toMatchObject({
      request: { min: 8, max: 8 },
      response: { min: 8, max: 8 },
      parameters: [
        { name: "s", direction: "in", wire: "optional system handle of a socket" },
        { name: "f", direction: "out", wire: "ref pointer to system handle of a file" },
      ],
    });
  });

  test("notes say what matters for access", () => {
    const { notes } = methodOf(
      "typedef [context_handle] void *H; [idempotent] void F([in] H h, [in, string] char *s);",
    );
    expect(notes).toEqual([
      "works on the context handle h: access was decided when it was opened",
      "a request has no upper bound but the server's own limit",
      "idempotent: a caller may send it again",
    ]);
    expect(methodOf("typedef [context_handle] void *H; H F();").notes).toEqual([
      "opens a context handle: what it may be used for is decided here",
    ]);
  });
});
