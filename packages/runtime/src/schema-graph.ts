import { z } from "zod";

/** Nesting of values of recursive types: far more than decoders take by default, and far less than overflows the stack. */
const MAX_DEPTH = 256;

/** What is known while one value is parsed, be it ever so deep in the schemas. Parsing is synchronous. */
interface Session {
  /** Values of recursive types whose parts are being parsed. */
  readonly open: Set<unknown>;
  /** What became of the referents of full pointers, by the schema of what they are. */
  readonly shared: Map<z.ZodType, Map<object, object>>;
}

let session: Session | null = null;

/**
 * A schema, made when it is first used, of values that may hold values of their own type or share parts. A circle that no
 * full pointer closes, which could be sent no more than it could be parsed, is an issue; and so is nesting beyond 256.
 */
export function graph<T>(make: () => z.ZodType<T>): z.ZodType<T> {
  let schema: z.ZodType<T> | null = null;
  return parser((value, context) =>
    within(({ open }) => {
      schema ??= make();
      if (open.has(value)) return refuse(value, context, "the value holds itself");
      if (open.size >= MAX_DEPTH) {
        return refuse(value, context, `the value is nested deeper than ${MAX_DEPTH}`);
      }
      open.add(value);
      try {
        return parse(schema, value, context);
      } finally {
        open.delete(value);
      }
    }),
  );
}

/**
 * A schema of what a full pointer points to: wherever one parse meets the same object again, it has the same outcome, also
 * from within that very object.
 */
export function shared<T extends object>(schema: z.ZodType<T>): z.ZodType<T> {
  return parser((value, context) =>
    within(({ open, shared }) => {
      if (typeof value !== "object" || value === null) return parse(schema, value, context);
      const outcomes = shared.get(schema) ?? new Map<object, object>();
      shared.set(schema, outcomes);
      const known = outcomes.get(value);
      if (known !== undefined) return known as T;
      // Circles lead back to this object before its parts are known: it is filled when they are.
      const outcome: object = Array.isArray(value) ? [] : {};
      outcomes.set(value, outcome);
      const wasOpen = open.delete(value);
      const parsed = parse(schema, value, context);
      if (wasOpen) open.add(value);
      if (parsed === z.NEVER) {
        outcomes.delete(value);
        return parsed;
      }
      if (ArrayBuffer.isView(parsed)) {
        outcomes.set(value, parsed);
        return parsed;
      }
      return Object.assign(outcome, parsed);
    }),
  );
}

type Context = z.core.$RefinementCtx;

function parser<T>(transform: (value: unknown, context: Context) => T): z.ZodType<T> {
  return z.unknown().transform(transform) as z.ZodType<T>;
}

function parse<T>(schema: z.ZodType<T>, value: unknown, context: Context): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  context.issues.push(...(result.error.issues as z.core.$ZodRawIssue[]));
  return z.NEVER;
}

function refuse(input: unknown, context: Context, message: string): never {
  context.issues.push({ code: "custom", message, input });
  return z.NEVER;
}

function within<T>(work: (session: Session) => T): T {
  if (session !== null) return work(session);
  session = { open: new Set(), shared: new Map() };
  try {
    return work(session);
  } finally {
    session = null;
  }
}
