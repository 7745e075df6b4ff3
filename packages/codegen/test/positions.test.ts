import { expect, test } from "vitest";
import { limitations } from "../src/index.js";
import { compileText } from "./generate.js";
import { random } from "./random-idl.js";
import { roundTrip } from "./round-trip.js";

/** Definitions that the types below are made of. */
const definitions = `
    typedef enum { E0, E1 } Enum;
    typedef [v1_enum] enum { W0, W1 } Wide;
    typedef struct { byte a; hyper b; } Plain;
    typedef struct { [string] wchar_t *name; [unique] long *p; } Pointing;
    typedef struct { unsigned short n; [size_is(n)] short items[]; } Open;
    typedef union switch (short tag) u { case 1: long a; case 2: [string] char *s; default: ; } Tagged;
    typedef struct List { long v; [unique] struct List *next; } List;
    typedef [string] wchar_t *Text;
    typedef long Three[3];
    typedef wchar_t Units[4];`;

const scalars = [
  ..."boolean byte char wchar_t small short long hyper float double error_status_t".split(" "),
  ..."small,short,long,hyper,__int3264".split(",").map((name) => `unsigned ${name}`),
  "__int3264",
];
const values = [...scalars, ..."Enum Wide Plain Pointing Tagged List".split(" ")];

/** Parameters of a method by the type that they are of: each is one way in which a value can be sent. */
const positions: readonly ((type: string) => string)[] = [
  (type) => `[in] ${type} v`,
  (type) => `[in] ${type} *v`,
  (type) => `[in, unique] ${type} *v`,
  (type) => `[in, ptr] ${type} *v`,
  (type) => `[in, unique] ${type} **v`,
  (type) => `[out] ${type} *v`,
  (type) => `[out] ${type} **v`,
  (type) => `[in, out] ${type} *v`,
  (type) => `[in, out, unique] ${type} *v`,
  (type) => `[in, out, ptr] ${type} *v`,
  (type) => `[in, out, unique, partial_ignore] ${type} *v`,
  (type) => `[in] ${type} v[2], [out] ${type} w[2]`,
  (type) => `[in] long n, [in, size_is(n)] ${type} *v`,
  (type) => `[in] long n, [in, size_is(n)] ${type} *v[]`,
  (type) => `[in, out] long *n, [in, out, unique, size_is(*n)] ${type} *v`,
  (type) => `[out] long *n, [out, size_is(, *n)] ${type} **v`,
  (type) => `[in] long n, [in, size_is(8), length_is(n)] ${type} v[]`,
  (type) => `[in] long n, [in, size_is(n, 2)] ${type} **v`,
];

/** The same of what has no fixed size, or is an array already. */
const others = [
  "[in] Open *v",
  "[in, unique] Open *v",
  "[in, ptr] Open *v",
  "[out] Open **v",
  "[in, out] Open *v",
  "[in, out, unique] Open *v",
  "[in] long n, [in, size_is(n)] Open **v",
  "[in] Text v",
  "[in, unique] Text v",
  "[out] Text *v",
  "[in, out] Text *v",
  "[in, out, unique] Text *v",
  "[in] long n, [in, size_is(n)] Text *v",
  "[in, string] char *v, [in, string] byte *w, [in, string] wchar_t *x",
  "[in, string] char v[8], [in, string] byte w[8], [in, string] wchar_t x[8]",
  "[in, string, unique] char *v, [in, out, string, unique] wchar_t *w, [in, string, ptr] wchar_t *x",
  "[in, string, size_is(20)] wchar_t v[], [in, out, string, size_is(20)] char *w",
  "[out, string] char **v, [out, string, size_is(20)] wchar_t v2[]",
  "[in] long n, [in, string, size_is(n)] wchar_t **v, [in, string] wchar_t *w[2]",
  "[in] Three v, [out] Three w, [in, unique] Three *x",
  "[in] Units v, [out] Units w, [in, out] Units *x",
];

test("every kind of value comes through in every position, in both transfer syntaxes", {
  timeout: 120_000,
}, async () => {
  const parameters = [...values.flatMap((type) => positions.map((position) => position(type))), ...others];
  const methods = parameters.map((list, i) => `    void m${i}(${list});`);
  const results = values.map((type, i) => `    ${type} r${i}();`);
  const text = `[ uuid(af6394bb-fbbb-4173-817f-b28273846a17), version(1.0), pointer_default(unique) ]
interface Positions {${definitions}\n${[...methods, ...results].join("\n")}\n}`;
  const model = compileText(text);
  expect(limitations(model)).toEqual([]);
  await roundTrip(model, random(7));
});
