import {
  type CompileResult,
  compile,
  formatDiagnostic,
  type Model,
  type SourceHost,
  type Unit,
} from "../src/index.js";

export const HEADER = "[uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.0)]";

/** A host over texts in memory; imports are found by their names. */
export function memoryHost(files: Readonly<Record<string, string>>): SourceHost {
  const has = (name: string) => Object.hasOwn(files, name);
  return {
    read: (path) => (has(path) ? (files[path] ?? null) : null),
    resolveImport: (name) => (has(name) ? name : null),
  };
}

export function compileText(text: string): CompileResult {
  return compile(["test.idl"], memoryHost({ "test.idl": text }));
}

/** The model of a text that must have no diagnostics. */
export function modelOf(text: string): Model {
  const { model, diagnostics } = compileText(text);
  if (model === null || diagnostics.length > 0)
    throw new Error(diagnostics.map((found) => formatDiagnostic(found)).join("\n"));
  return model;
}

/** The only unit of a text. */
export function unitOf(text: string): Unit {
  const [unit, ...others] = modelOf(text).units;
  if (unit === undefined || others.length > 0) throw new Error("expected one unit");
  return unit;
}

/** The parameters of the only method of an interface with this body. */
export function parametersOf(body: string) {
  const method = unitOf(`${HEADER} interface Test { ${body} }`).interface?.methods[0];
  if (method === undefined) throw new Error("expected a method");
  return method.parameters;
}
