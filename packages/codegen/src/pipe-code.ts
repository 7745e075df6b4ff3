import type { PipeDefinition } from "@ncalrpc/idl";
import { call, type Doc, ifBlock, run } from "./doc.js";
import { comparison } from "./expression.js";
import { Frame } from "./frame.js";
import { chunkType } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { ReadCode } from "./read-code.js";
import { elementSizes } from "./read-dimensions.js";
import { functionCode } from "./struct-code.js";
import { docComment, stringLiteral } from "./text.js";
import { WriteCode } from "./write-code.js";

/**
 * The reader and the writer of one chunk of a pipe: a count and so many elements; a count of 0 is the end of the pipe (C706
 * 14.3.10). `isShared` exports them, for other generated modules.
 */
export function pipeCodecs(context: ModuleContext, pipe: PipeDefinition, isShared: boolean): Doc[] {
  const type = chunkType(pipe);
  const text = context.typeText(type);
  const unit = context.unit.name;
  const frame = new Frame(pipe.name, context.index, [], () => "");
  // Who reads or writes a chunk says which parameter it is of.
  const chunk = { type, label: "", property: null, range: null, frame };
  const write = functionCode(
    context.typeName(unit, pipe.name, "write"),
    [`w: ${context.libraryType("Writer")}`, `chunk: ${text}`],
    "void",
    [
      ...rangeCheck(pipe, "w", "chunk.length"),
      "w.chunk(chunk.length);",
      ...new WriteCode(context).body({ ...chunk, text: "chunk" }),
      "w.chunkEnd(chunk.length);",
    ],
  );
  const scope = context.locals("r", "count", "chunk");
  const reading = new ReadCode(context, scope).body({ ...chunk, local: "chunk", isTold: true }, "count");
  const held: Doc[] = reading.holds === "local" ? [] : [["const chunk = ", reading.value, ";"]];
  const read = functionCode(
    context.typeName(unit, pipe.name, "read"),
    [`r: ${context.libraryType("Reader")}`],
    `${text} | null`,
    [
      ["const count = ", call("r.chunk", ...elementSizes(context, type)), ";"],
      ifBlock("count === 0", ["return null;"]),
      ...rangeCheck(pipe, "r", "count"),
      ...reading.declare,
      ...reading.before,
      ...held,
      "r.chunkEnd(count);",
      "return chunk;",
    ],
  );
  return isShared ? [write, read].map((code) => [docComment("@internal"), "export ", code]) : [write, read];
}

function rangeCheck(pipe: PipeDefinition, codec: "r" | "w", count: string): Doc[] {
  const { range } = pipe;
  if (range === null) return [];
  const within = comparison(`${count} >= ${range.min}`, "&&", `${count} <= ${range.max}`);
  return [run(`${codec}.check`, within, stringLiteral(`range(${range.min}, ${range.max})`))];
}
