import type { InterfaceNode, MethodNode } from "../syntax/ast.js";
import { AttributeSet } from "./attribute-set.js";
import type { CheckContext } from "./check-context.js";
import { checkMethod } from "./check-method.js";
import { NameClashes } from "./name-clashes.js";
import type { ResolvedInterface, ResolvedMethod } from "./symbols.js";

/** What one interface's methods are numbered and compared by, while they are added. */
interface Numbering {
  readonly clashes: NameClashes;
  /** Local methods that a `call_as` stands in for. */
  readonly locals: ReadonlySet<string>;
  next: number;
  nextCallback: number;
}

const numberings = new WeakMap<ResolvedInterface, Numbering>();

/**
 * Adds a method to its interface. A `[local]` one that a `call_as` replaces has no opnum; any other keeps one, as the
 * placeholders of published interfaces do.
 */
export function checkMethods(
  node: MethodNode,
  resolved: ResolvedInterface,
  owner: InterfaceNode,
  context: CheckContext,
): void {
  const numbering = numberingOf(resolved, owner, context);
  const { name } = node;
  numbering.clashes.add(name.text, name.span, true);
  const attributes = new AttributeSet(node.attributes, "method", context);
  if (attributes.has("noopnum")) return;
  if (attributes.has("local") || attributes.has("todo")) {
    if (numbering.locals.has(name.text)) return;
    if (attributes.has("local"))
      context.report("IDL0806", name.span, { name: name.text, opnum: numbering.next });
    numbering.next += 1;
    return;
  }
  if (node.variadic) context.report("IDL0807", name.span, { name: name.text });
  if (attributes.has("callback")) {
    resolved.callbacks.push(checkMethod(node, attributes, numbering.nextCallback, context));
    numbering.nextCallback += 1;
    return;
  }
  const method = checkMethod(node, attributes, numbering.next, context);
  if (method.maybe && hasResult(method)) context.report("IDL0808", name.span, { name: name.text });
  resolved.methods.push(method);
  numbering.next += 1;
}

function numberingOf(resolved: ResolvedInterface, owner: InterfaceNode, context: CheckContext): Numbering {
  const known = numberings.get(resolved);
  if (known !== undefined) return known;
  const locals = new Set<string>();
  for (const item of owner.items ?? []) {
    if (item.kind !== "method") continue;
    const attribute = item.attributes.find(({ name }) => name.text === "call_as");
    if (attribute?.text) locals.add(attribute.text);
  }
  const numbering = { clashes: new NameClashes(context.reporter), locals, next: 0, nextCallback: 0 };
  numberings.set(resolved, numbering);
  return numbering;
}

function hasResult(method: ResolvedMethod): boolean {
  return method.returns !== null || method.parameters.some(({ direction }) => direction !== "in");
}
