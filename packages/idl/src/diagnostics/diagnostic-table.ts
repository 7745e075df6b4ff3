import { interfaceDiagnostics } from "./interface-diagnostics.js";
import { nameDiagnostics } from "./name-diagnostics.js";
import { syntaxDiagnostics } from "./syntax-diagnostics.js";
import { typeDiagnostics } from "./type-diagnostics.js";

/** Every diagnostic there is. An id never changes its meaning and is never used again. */
export const diagnosticTable = {
  ...syntaxDiagnostics,
  ...nameDiagnostics,
  ...interfaceDiagnostics,
  ...typeDiagnostics,
} as const;

export type DiagnosticId = keyof typeof diagnosticTable;
