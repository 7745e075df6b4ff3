/** Methods of the interface that compilers are timed with, and structs among their parameters. */
const METHODS = 1_000;
const STRUCTS = 200;

/** An interface of 1,000 methods, in IDL. */
export function idlSchema(): string {
  return [
    "[ uuid(2b1f9a5e-7c0d-4a54-9d3c-0f6a1a2b3c4d), version(1.0), pointer_default(unique) ]",
    "interface Thousand {",
    "  typedef enum { OFF, ON, BROKEN } State;",
    ...numbered(
      STRUCTS,
      (i) =>
        `  typedef struct { unsigned long id; State state; [string] wchar_t *name; unsigned long count; ` +
        `[size_is(count)] long *values; double weight; boolean active; } Record${i};`,
    ),
    ...numbered(
      METHODS,
      (i) =>
        `  /** Method ${i}. */\n  State Method${i}([in, string] const wchar_t *name, [in] unsigned long flags, ` +
        `[in] Record${i % STRUCTS} *record, [out] Record${(i + 1) % STRUCTS} *result, [out] unsigned long *count);`,
    ),
    "}",
    "",
  ].join("\n");
}

/** The same as messages and a service. */
export function protoSchema(): string {
  return [
    'syntax = "proto3";',
    "package thousand;",
    "enum State { STATE_OFF = 0; STATE_ON = 1; STATE_BROKEN = 2; }",
    ...numbered(
      STRUCTS,
      (i) =>
        `message Record${i} { uint32 id = 1; State state = 2; optional string name = 3; ` +
        `repeated sint32 values = 4; double weight = 5; bool active = 6; }`,
    ),
    ...numbered(
      METHODS,
      (i) =>
        `message Method${i}Request { string name = 1; uint32 flags = 2; Record${i % STRUCTS} record = 3; }\n` +
        `message Method${i}Response { Record${(i + 1) % STRUCTS} result = 1; uint32 count = 2; State return_value = 3; }`,
    ),
    "service Thousand {",
    ...numbered(
      METHODS,
      (i) => `  // Method ${i}.\n  rpc Method${i}(Method${i}Request) returns (Method${i}Response);`,
    ),
    "}",
    "",
  ].join("\n");
}

function numbered(count: number, text: (i: number) => string): string[] {
  return Array.from({ length: count }, (_, i) => text(i));
}
