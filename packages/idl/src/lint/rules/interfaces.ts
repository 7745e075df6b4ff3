import { attributeOf } from "../attribute-of.js";
import type { LintRule } from "../lint-rule.js";
import { spanOf } from "../lint-scope.js";

const POINTER_KINDS = ["ref", "unique", "ptr"];

export const missingAccessRule: LintRule = {
  id: "missing-access-rule",
  purpose: "Beside each method, or its interface, it is written who may call it.",
  category: "security",
  tier: "default",
  hint: "write `@access ...` in its doc comment or the interface's: who, a SID or SDDL; the server's `methods` enforce it",
  bad: "/** Starts it. */ void F();",
  good: "/** Starts it. @access administrators: D:(A;;GX;;;BA) */ void F();",
  check(scope, report) {
    for (const { owner, method } of scope.methods()) {
      const says = [owner.doc, method.doc].some((doc) => doc !== null && /@access\b\s*\S/.test(doc));
      if (!says && attributeOf(method, "local") === null)
        report(method.name.span, `nothing says who may call '${method.name.text}'`);
    }
  },
};

export const missingPointerDefault: LintRule = {
  id: "missing-pointer-default",
  purpose: "What an unattributed pointer is, and whether it can be null, does not depend on the compiler.",
  category: "interoperability",
  tier: "default",
  hint: "add `pointer_default(unique)` to the interface's attributes",
  bad: "typedef struct Node { struct Node *next; } Node;",
  good: "typedef struct Node { [unique] struct Node *next; } Node;",
  check(scope, report) {
    for (const owner of scope.interfaces) {
      if (owner.items === null || attributeOf(owner, "pointer_default", "local") !== null) continue;
      const within = scope.groups.flatMap(({ kind, fields }) => (kind === "parameters" ? [] : fields));
      const found = within.find(
        (field) =>
          field.span.start >= owner.span.start &&
          field.span.end <= owner.span.end &&
          field.declarator.levels.some(({ kind }) => kind === "pointer") &&
          attributeOf(field, ...POINTER_KINDS) === null,
      );
      if (found !== undefined)
        report(
          spanOf(found),
          `what kind of pointer '${found.declarator.name?.text ?? ""}' is depends on the compiler's default`,
        );
    }
  },
};

export const missingDoc: LintRule = {
  id: "missing-doc",
  purpose: "Interfaces and methods say what they are for: their comments become the TypeScript's.",
  category: "documentation",
  tier: "strict",
  hint: "write a `/** ... */` comment in front of it",
  bad: "void F();",
  good: "/** Starts it. @access anyone */ void F();",
  check(scope, report) {
    for (const owner of scope.interfaces) {
      if (owner.items !== null && owner.doc === null)
        report(owner.name.span, `interface '${owner.name.text}' has no doc comment`);
    }
    for (const { method } of scope.methods()) {
      if (method.doc === null) report(method.name.span, `method '${method.name.text}' has no doc comment`);
    }
  },
};
