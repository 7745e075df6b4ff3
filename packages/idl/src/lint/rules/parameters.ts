import { attributeOf } from "../attribute-of.js";
import type { LintRule } from "../lint-rule.js";
import { isSent, namesInArguments, spanOf, wordsOf } from "../lint-scope.js";

const IDENTITY_WORDS = new Set(
  "uid gid euid egid sid caller principal identity impersonate impersonation token".split(" "),
);
/** Words that make a token say where to go on, not who calls: `nextPageToken`. */
const PLACES = new Set(["page", "next", "continuation", "resume", "sync", "change"]);
const PEOPLE = new Set(["user", "client", "process", "account", "logon"]);
const IDENTITY_TYPES = new Set("SID PSID RPC_SID PRPC_SID TOKEN HTOKEN uid_t gid_t pid_t LUID".split(" "));
const HANDLE_WORDS = new Set(["handle", "hndl", "cookie", "context", "session", "cursor"]);
const INTEGERS = new Set(["int32", "uint32", "int64", "uint64", "int3264", "uint3264"]);

export const identityParameter: LintRule = {
  id: "identity-parameter",
  purpose: "Who calls is what the kernel says, never what the caller sends.",
  category: "security",
  tier: "default",
  hint: "take it from `call.caller` in the handler; if it names somebody else, suppress this and say so",
  bad: "/** @access anyone */ void F([in] unsigned long callerUid);",
  good: "/** @access anyone */ void F([in] unsigned long colour);",
  check(scope, report) {
    for (const { kind, fields } of scope.groups) {
      for (const field of kind === "parameters" ? fields : []) {
        const name = field.declarator.name?.text ?? "";
        const type = field.type.kind === "reference" ? field.type.name.text : "";
        if (isSent(field, kind) && (namesIdentity(name) || IDENTITY_TYPES.has(type)))
          report(
            spanOf(field),
            `'${name === "" ? type : name}' looks like an identity that the caller claims`,
          );
      }
    }
  },
};

export const parallelArrays: LintRule = {
  id: "parallel-arrays",
  purpose:
    "What belongs together travels together: arrays of the same count fall apart in mistakes and attacks.",
  category: "security",
  tier: "default",
  hint: "define a struct, and send one array of it",
  bad: "/** @access anyone */ void F([in, range(0, 9)] long n, [in, size_is(n)] long *keys, [in, size_is(n)] long *values);",
  good: "typedef struct { long key; long value; } Pair; /** @access anyone */ void F([in, range(0, 9)] long n, [in, size_is(n)] Pair *pairs);",
  check(scope, report) {
    for (const { fields } of scope.groups) {
      const first = new Map<string, string>();
      for (const field of fields) {
        const size = attributeOf(field, "size_is", "max_is");
        const [counter, ...others] = size === null ? [] : namesInArguments(size);
        if (counter === undefined || others.length > 0) continue;
        const direction = attributeOf(field, "in") === null ? "out" : "in";
        const key = `${direction} ${counter}`;
        const name = field.declarator.name?.text ?? "";
        const other = first.get(key);
        if (other === undefined) first.set(key, name);
        else report(spanOf(field), `'${name}' and '${other}' are both counted by '${counter}'`);
      }
    }
  },
};

export const rawHandle: LintRule = {
  id: "raw-handle",
  purpose:
    "A reference to the server's state is a context handle: the server checks it, and runs it down when its client dies.",
  category: "security",
  tier: "default",
  hint: "use `typedef [context_handle] void *NAME;`",
  bad: "/** @access anyone */ void F([in] unsigned long handle);",
  good: "typedef [context_handle] void *Session; /** @access anyone */ void F([in] Session handle);",
  check(scope, report) {
    for (const { kind, fields } of scope.groups) {
      for (const field of fields) {
        const name = field.declarator.name?.text ?? "";
        const words = wordsOf(name);
        const last = words.at(-1) === "id" ? words.at(-2) : words.at(-1);
        if (
          kind === "parameters" &&
          HANDLE_WORDS.has(last ?? "") &&
          INTEGERS.has(scope.types.resolve(field.type).base)
        )
          report(spanOf(field), `'${name}' is a handle that anybody can make up`);
      }
    }
  },
};

function namesIdentity(name: string): boolean {
  const words = wordsOf(name);
  const isPlace = words.some((word) => PLACES.has(word));
  if (words.some((word) => IDENTITY_WORDS.has(word) && !(isPlace && word === "token"))) return true;
  return words.some(
    (word, index) => PEOPLE.has(word) && ["id", "name", "sid"].includes(words[index + 1] ?? ""),
  );
}
