import type { Model } from "../model.js";

/** Checks a part of a JSON value; the depth that is left keeps a hostile text from exhausting the stack. */
type Check = (value: unknown, depth: number) => boolean;

const DEPTH = 200;

const text: Check = (value) => typeof value === "string";
const flag: Check = (value) => typeof value === "boolean";
const integer: Check = (value) => Number.isSafeInteger(value);
const decimal: Check = (value) => typeof value === "string" && /^-?[0-9]{1,20}$/.test(value);

const orNull =
  (check: Check): Check =>
  (value, depth) =>
    value === null || check(value, depth);
const list =
  (check: Check): Check =>
  (value, depth) =>
    Array.isArray(value) && value.every((item) => check(item, depth));
const among =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && words.includes(value);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const record =
  (parts: Readonly<Record<string, Check>>): Check =>
  (value, depth) =>
    depth > 0 &&
    isRecord(value) &&
    Object.entries(parts).every(([key, check]) => Object.hasOwn(value, key) && check(value[key], depth - 1));
/** By what `kind` says. */
const variant =
  (kinds: Readonly<Record<string, Readonly<Record<string, Check>>>>): Check =>
  (value, depth) => {
    const kind = isRecord(value) && typeof value["kind"] === "string" ? value["kind"] : "";
    const parts = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    return parts !== undefined && record(parts)(value, depth);
  };
const later =
  (get: () => Check): Check =>
  (value, depth) =>
    get()(value, depth);

const expression: Check = later(() => expressions);
const expressions = variant({
  integer: { value: decimal },
  name: { name: text, dereference: flag },
  unary: { operator: text, operand: expression },
  binary: { operator: text, left: expression, right: expression },
  // biome-ignore lint/suspicious/noThenProperty: it is what the model calls it.
  conditional: { condition: expression, then: expression, otherwise: expression },
});

const scalar = among(
  ..."boolean byte char wchar_t int8 uint8 int16 uint16 int32 uint32 int64 uint64 int3264 uint3264".split(
    " ",
  ),
  ..."float double error_status_t".split(" "),
);
const type: Check = later(() => types);
const types = variant({
  scalar: { scalar },
  named: { unit: text, name: text },
  union: { unit: text, name: text, switchIs: expression },
  pointer: { pointer: among("ref", "unique", "ptr"), target: type },
  array: {
    element: type,
    fixed: orNull(integer),
    size: orNull(expression),
    length: orNull(expression),
    first: orNull(expression),
    joined: flag,
  },
  system_handle: { handle: text, access: orNull(text), nullable: flag },
  string: { unit: among("char", "wchar_t", "byte"), fixed: orNull(integer), size: orNull(expression) },
});
const range = orNull(record({ min: decimal, max: decimal }));
const member = {
  name: text,
  type,
  range,
  countOf: orNull(text),
  switchOf: orNull(text),
  ignore: flag,
  disableConsistencyCheck: flag,
};
const arm = record({ labels: list(decimal), isDefault: flag, name: orNull(text), type: orNull(type), range });
const definition = variant({
  struct: { name: text, members: list(record(member)) },
  union: {
    name: text,
    encapsulated: flag,
    discriminant: type,
    discriminantName: orNull(text),
    memberName: orNull(text),
    msUnion: flag,
    arms: list(arm),
  },
  enum: { name: text, wide: flag, labels: list(record({ name: text, value: integer })) },
  alias: { name: text, type, range },
  pipe: { name: text, element: type, range },
  context_handle: { name: text },
});
const constant = record({
  name: text,
  value: variant({
    integer: { scalar, value: decimal },
    boolean: { value: flag },
    string: { unit: among("char", "wchar_t"), value: text },
  }),
});
const method = record({
  name: text,
  opnum: integer,
  idempotent: flag,
  maybe: flag,
  broadcast: flag,
  message: flag,
  parameters: list(record({ ...member, direction: among("in", "out", "in,out") })),
  returns: orNull(type),
});
const unit = variant({
  interface: {
    name: text,
    file: text,
    imported: flag,
    constants: list(constant),
    types: list(definition),
    interface: record({
      uuid: text,
      version: record({ major: integer, minor: integer }),
      endpoints: list(text),
      methods: list(method),
      callbacks: list(method),
    }),
  },
  definitions: {
    name: text,
    file: text,
    imported: flag,
    constants: list(constant),
    types: list(definition),
    interface: (value) => value === null,
  },
});
const model = record({ format: (value) => value === 1, units: list(unit) });

/** Whether a JSON value has the shape of a model, so far as it is compared: names may still lead nowhere. */
export function isModel(value: unknown): value is Model {
  return model(value, DEPTH);
}
