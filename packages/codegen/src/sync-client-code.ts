import { syncClientMethod, withBlankLines } from "./client-code.js";
import { block, type Doc } from "./doc.js";
import type { MethodShape } from "./method-shape.js";
import type { ModuleContext } from "./module-context.js";
import { docComment } from "./text.js";

/** The class behind the client's `sync` property. */
export function syncClientClass(context: ModuleContext, shapes: readonly MethodShape[]): Doc[] {
  if (shapes.length === 0) return [];
  const { names, unit } = context;
  const methods = shapes.flatMap((shape) =>
    context.printed(shape, "sync client", () => [syncClientMethod(context, shape)], 2),
  );
  const makesHandles = shapes.some((shape) => shape.responseHasHandles && !shape.hasPipes);
  const client: Doc[] = [
    `readonly #client: ${names.client};`,
    block(`constructor(client: ${names.client})`, ["super(client);", "this.#client = client;"]),
  ];
  const head = `export class ${names.syncClient} extends ${context.library("SyncClient")}`;
  const code: Doc = [
    docComment(`Client of ${unit.name} whose methods block: the \`sync\` property of its client.`),
    withBlankLines(head, makesHandles ? [...client, ...methods] : methods),
  ];
  return [code];
}
