import type { Member } from "@ncalrpc/idl";
import { visible } from "./derived-members.js";
import { block, type Doc, hardline, indent, join, run } from "./doc.js";
import { Frame } from "./frame.js";
import type { MethodShape } from "./method-shape.js";
import type { ModuleContext } from "./module-context.js";
import { ReadCode } from "./read-code.js";
import { readRecord } from "./record-code.js";
import { functionCode } from "./struct-code.js";
import { docComment, stringLiteral } from "./text.js";
import { WriteCode } from "./write-code.js";

/** `interface name { ... }` of members that become properties. */
export function interfaceCode(
  context: ModuleContext,
  name: string,
  members: readonly Member[],
  properties: ReadonlyMap<string, string>,
): Doc {
  const lines = members.map((member): Doc => {
    const property = `${properties.get(member.name)}: ${context.typeText(member.type)};`;
    return [docComment(member.doc), property];
  });
  return [`interface ${name} {`, indent(hardline, join(hardline, lines)), hardline, "}"];
}

/** The type of a method's response in its readers and writers. */
export function responseType(context: ModuleContext, shape: MethodShape): string {
  if (shape.response === "nothing") return "void";
  if (shape.response !== "value") return shape.names.response.type;
  return shape.method.returns === null ? "void" : context.typeText(shape.method.returns);
}

/** The types of a method's request and response. */
export function methodTypes(context: ModuleContext, shape: MethodShape): Doc[] {
  const { names, method, properties } = shape;
  const typed = (kind: string, type: string, members: readonly Member[], hasHandles: boolean): Doc => {
    const note = hasHandles ? ", with context handles as on the wire" : "";
    return [
      docComment(`The ${kind} of ${method.name}${note}.`),
      hasHandles ? "" : "export ",
      interfaceCode(context, type, members, properties),
    ];
  };
  const request =
    shape.request.length === 0
      ? []
      : [typed("request", names.request.type, shape.request, shape.requestHasHandles)];
  return typeof shape.response === "string"
    ? request
    : [...request, typed("response", names.response.type, shape.response, shape.responseHasHandles)];
}

/** The readers and writers of a method's request and response. */
export function methodCodecs(context: ModuleContext, shape: MethodShape): Doc[] {
  const { names } = shape;
  const out: Doc[] = [];
  if (shape.request.length === 0 && shape.response === "nothing") return out;
  const writer = `w: ${context.libraryType("Writer")}`;
  const reader = `r: ${context.libraryType("Reader")}`;
  if (shape.request.length > 0) {
    const request = names.request;
    const parameter = `request: ${request.type}`;
    const frame = new Frame(shape.method.name, context.index, shape.ins, (member) =>
      property(shape, "request", member),
    );
    out.push(
      functionCode(
        request.write,
        [writer, parameter],
        "void",
        located(
          shape.method.name,
          "request",
          request.write,
          [],
          writeMembers(context, shape, shape.ins, frame, "request"),
        ),
      ),
      functionCode(
        request.read,
        [reader],
        request.type,
        readRecord(context, record(context, shape, shape.ins), false, null),
      ),
    );
  }
  if (shape.response !== "nothing") {
    const response = names.response;
    const type = responseType(context, shape);
    const extra = shape.responseNeedsRequest ? [`request: ${names.request.type}`] : [];
    const all = [...shape.outs, ...shape.inOnly];
    const frame = new Frame(shape.method.name, context.index, all, (member) =>
      property(shape, shape.inOnly.some(({ name }) => name === member.name) ? "request" : "response", member),
    );
    const [only] = visible(shape.outs);
    const name =
      shape.response === "value" && only !== undefined
        ? `${shape.method.name}.${only.name}`
        : shape.method.name;
    const others = shape.responseNeedsRequest ? ["request"] : [];
    const members = writeMembers(context, shape, shape.outs, frame, "response");
    const write = located(name, "response", response.write, others, members);
    const read =
      shape.response === "value"
        ? readValue(context, shape)
        : readRecord(context, record(context, shape, shape.outs), false, null);
    out.push(
      functionCode(response.write, [writer, `response: ${type}`, ...extra], "void", write),
      functionCode(response.read, [reader, ...extra], type, read),
    );
  }
  return out;
}

/** Statements of a writer that name what is at fault by its path from `name` on. `others` are what the writer takes beside the value. */
function located(
  name: string,
  value: string,
  writer: string,
  others: readonly string[],
  statements: readonly Doc[],
): Doc[] {
  if (statements.length === 0) return [];
  const thrown = run("throw w.located", "error", stringLiteral(name), value, writer, ...others);
  return [[block("try", statements), " ", block("catch (error)", [thrown])]];
}

function property(shape: MethodShape, owner: string, member: Member): string {
  return owner === "response" && shape.response === "value"
    ? owner
    : `${owner}.${shape.properties.get(member.name)}`;
}

function writeMembers(
  context: ModuleContext,
  shape: MethodShape,
  members: readonly Member[],
  frame: Frame,
  owner: string,
): Doc[] {
  const code = new WriteCode(context);
  return members.flatMap((member) => {
    const isDerived = member.countOf !== null || member.switchOf !== null;
    const text = isDerived ? code.derived(member, frame) : property(shape, owner, member);
    if (owner === "request" && isPartlyIgnored(shape, member)) return [run("w.pointer", text)];
    return code.item({
      type: member.type,
      text,
      label: `${shape.method.name}.${member.name}`,
      property: shape.properties.get(member.name) ?? member.name,
      range: member.range,
      frame,
      lenient: member.disableConsistencyCheck,
    });
  });
}

/** Whether the request holds no more of a parameter than whether it is null. */
function isPartlyIgnored(shape: MethodShape, member: Member): boolean {
  return shape.ins.some(({ name, partialIgnore }) => name === member.name && partialIgnore);
}

function record(context: ModuleContext, shape: MethodShape, members: readonly Member[]) {
  const request = new Frame(shape.method.name, context.index, shape.ins, (member) =>
    property(shape, "request", member),
  );
  const sent = new Set(members.map(({ name }) => name));
  return {
    label: shape.method.name,
    members,
    others: shape.inOnly.filter(({ name }) => !sent.has(name)),
    access: (member: Member) =>
      member.countOf === null && member.switchOf === null
        ? property(shape, "request", member)
        : request.operands(member.name).text,
    names: shape.properties,
    isPartlyIgnored: (member: Member) => members === shape.ins && isPartlyIgnored(shape, member),
  };
}

function readValue(context: ModuleContext, shape: MethodShape): Doc[] {
  const [returned] = visible(shape.outs);
  if (returned === undefined) return [];
  const { label, others, access, names } = record(context, shape, shape.outs);
  const frame = new Frame(label, context.index, others, access, true);
  const reading = new ReadCode(context, context.locals("r", "request")).item({
    type: returned.type,
    local: names.get(returned.name) ?? "",
    label: `${label}.${returned.name}`,
    range: null,
    frame,
  });
  return [...reading.declare, ...reading.before, ["return ", reading.value, ";"]];
}
