/** Structs among the parameters of a large interface. */
const STRUCTS = 200;

/** An interface with so many methods, in IDL. */
export function idlSchema(methods: number): string {
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
      methods,
      (i) =>
        `  /** Method ${i}. */\n  State Method${i}([in, string] const wchar_t *name, [in] unsigned long flags, ` +
        `[in] Record${i % STRUCTS} *record, [out] Record${(i + 1) % STRUCTS} *result, [out] unsigned long *count);`,
    ),
    "}",
    "",
  ].join("\n");
}

function numbered(count: number, text: (i: number) => string): string[] {
  return Array.from({ length: count }, (_, i) => text(i));
}
