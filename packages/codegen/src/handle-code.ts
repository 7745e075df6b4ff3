import type { ContextHandleDefinition } from "@ncalrpc/idl";
import { withBlankLines } from "./client-code.js";
import { block, type Doc, hardline, join } from "./doc.js";
import type { MethodShape } from "./method-shape.js";
import type { ModuleContext } from "./module-context.js";
import { docComment, stringLiteral } from "./text.js";

/** The class of a context handle. One that a method of the same interface closes is disposable. */
export function handleClass(
  context: ModuleContext,
  handle: ContextHandleDefinition,
  shapes: readonly MethodShape[],
): Doc {
  const type = context.typeName(context.unit.name, handle.name, "type");
  const closer = shapes.find((shape) => {
    const closed = shape.closes === null ? null : context.index.contextHandle(shape.closes.type);
    return closed?.name === handle.name && closed.unit === context.unit;
  });
  const doc = docComment(handle.doc ?? `A ${handle.name} that the server keeps for this client.`);
  const head = `export class ${type} extends ${context.library("ContextHandle")}`;
  const kind = `readonly type = ${stringLiteral(handle.name)};`;
  return [
    doc,
    withBlankLines(head, closer === undefined ? [kind] : [[kind, hardline, ...closing(context, closer)]]),
  ];
}

function closing(context: ModuleContext, closer: MethodShape): Doc[] {
  const { client } = context.names;
  const result = closer.properties.get("return");
  const called = `await this.#client.${closer.names.method}(this);`;
  const construct: Doc = [
    docComment("@internal"),
    block(`constructor(client: ${client}, id: string | null)`, [
      "super(client, id);",
      "this.#client = client;",
    ]),
  ];
  const close: Doc =
    closer.method.returns === null
      ? block("async close(): Promise<void>", [called])
      : block(`async close(): Promise<${context.typeText(closer.method.returns)}>`, [
          `const { ${result} } = ${called}`,
          `return ${result};`,
        ]);
  const dispose = block("async [Symbol.asyncDispose](): Promise<void>", [
    "await this.release(() => this.close());",
  ]);
  const members: Doc[] = [
    `readonly #client: ${client};`,
    construct,
    [docComment("Closes the handle on the server."), close],
    dispose,
  ];
  return [join([hardline, hardline], members)];
}
