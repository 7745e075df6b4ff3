import { describe, expect, test } from "vitest";
import { type ast, parse } from "../src/index.js";
import { HEADER } from "./helpers.js";

function items(text: string): readonly ast.Item[] {
  const { file, diagnostics } = parse(text, "test.idl");
  expect(diagnostics).toEqual([]);
  return file.items;
}

/** An expression, brackets around every operation. */
function show(expression: ast.Expression): string {
  switch (expression.kind) {
    case "integer":
      return String(expression.value);
    case "name":
      return expression.name;
    case "unary":
      return `(${expression.operator}${show(expression.operand)})`;
    case "binary":
      return `(${show(expression.left)}${expression.operator}${show(expression.right)})`;
    case "conditional":
      return `(${show(expression.condition)}?${show(expression.then)}:${show(expression.otherwise)})`;
    case "cast":
      return `cast(${show(expression.operand)})`;
    default:
      return expression.kind;
  }
}

function levels(declarator: ast.Declarator | undefined): string {
  return (declarator?.levels ?? []).map((level) => (level.kind === "pointer" ? "*" : "[]")).join("");
}

describe("expressions", () => {
  test.each([
    ["1 + 2 * 3", "(1+(2*3))"],
    ["1 - 2 - 3", "((1-2)-3)"],
    ["a << 1 + b", "(a<<(1+b))"],
    ["a & b == c", "(a&(b==c))"],
    ["a || b && c | d ^ e & f", "(a||(b&&(c|(d^(e&f)))))"],
    ["a ? b : c ? d : e", "(a?b:(c?d:e))"],
    ["-a * !b + ~c", "(((-a)*(!b))+(~c))"],
    ["*p + 1", "((*p)+1)"],
    ["(long) a + 1", "(cast(a)+1)"],
    ["(DWORD) 5", "cast(5)"],
    ["(a) - 1", "(a-1)"],
    ["sizeof(unsigned long)", "sizeof"],
    ["a <= b != c >= d", "((a<=b)!=(c>=d))"],
  ])("%s", (text, expected) => {
    const [item] = items(`const long X = ${text};`);
    expect(item?.kind === "constant" && show(item.value)).toBe(expected);
  });
});

describe("declarators", () => {
  test.each([
    ["a", ""],
    ["*a", "*"],
    ["a[3]", "[]"],
    ["*a[3]", "[]*"],
    ["(*a)[3]", "*[]"],
    ["**a[2][3]", "[][]**"],
    ["*(*a)[3]", "*[]*"],
    ["* const a", "*"],
  ])("%s", (text, expected) => {
    const [item] = items(`typedef long ${text};`);
    expect(item?.kind === "typedef" && levels(item.declarators[0])).toBe(expected);
  });

  test("several in one typedef", () => {
    const [item] = items("typedef long T, *P, A[4];");
    const found = item?.kind === "typedef" ? item.declarators.map((declarator) => declarator.name?.text) : [];
    expect(found).toEqual(["T", "P", "A"]);
  });
});

describe("declarations", () => {
  test("attributes, with blanks and several lists", () => {
    const [item] = items(`${HEADER} interface T { void F([in][size_is(, n)] long **a, long n); }`);
    const method = item?.kind === "interface" ? item.items?.[0] : undefined;
    const attributes = method?.kind === "method" ? method.parameters[0]?.attributes : undefined;
    expect(attributes?.map((attribute) => attribute.name.text)).toEqual(["in", "size_is"]);
    expect(attributes?.[1]?.arguments?.map((part) => part && show(part))).toEqual([null, "n"]);
  });

  test("words that are attributes elsewhere are names here", () => {
    const [item] = items("struct S { long in, out, string, version, range, size_is; };");
    const members = item?.kind === "type" && item.type.kind === "struct" ? item.type.members : null;
    expect(members?.map((member) => member.declarator.name?.text)).toEqual([
      "in",
      "out",
      "string",
      "version",
      "range",
      "size_is",
    ]);
  });

  test("(void), empty and abstract parameters", () => {
    const [item] = items(`${HEADER} interface T { void A(void); void B(); void C(long, short *); }`);
    const methods = item?.kind === "interface" ? (item.items ?? []) : [];
    expect(methods.map((method) => method.kind === "method" && method.parameters.length)).toEqual([0, 0, 2]);
  });

  test("spans cover what they name", () => {
    const text = "typedef long A;\nstruct S { long a; };";
    const found = items(text).map((item) => text.slice(item.span.start, item.span.end));
    expect(found).toEqual(["typedef long A;", "struct S { long a; };"]);
  });

  test("calling conventions, const and trailing separators are skipped", () => {
    items(`${HEADER} interface T { long __stdcall A([in] const long * const a, wchar_t const *b); };;`);
    items("enum E { A, B, };");
    items('cpp_quote("x") typedef long A; cpp_quote("}");');
    items('import "a.idl", "b.idl"; import "c.idl";');
    items("interface Forward;");
  });
});

describe("recovery", () => {
  test("every broken declaration is reported, and the sound ones between are kept", () => {
    const { file, diagnostics } = parse(
      "typedef A;\ntypedef long B;\nconst = 5;\nstruct S { long a; ) long b; };\ntypedef long C;",
      "t",
    );
    expect(diagnostics.map((diagnostic) => diagnostic.line)).toEqual([1, 3, 4]);
    const names = file.items.flatMap((item) =>
      item.kind === "typedef" ? (item.declarators[0]?.name?.text ?? []) : [],
    );
    expect(names).toEqual(["B", "C"]);
  });

  test("a broken method leaves the others", () => {
    const { file } = parse(`${HEADER} interface T { void A(; void B(); void (); void C(); }`, "t");
    const [item] = file.items;
    const methods = item?.kind === "interface" ? (item.items ?? []) : [];
    expect(methods.flatMap((method) => (method.kind === "method" ? method.name.text : []))).toContain("C");
  });
});
