import type { Dialect } from "../dialect.js";
import type { Span } from "../source/span.js";
import type { InterfaceNode } from "../syntax/ast.js";
import { decodeEscapes } from "../syntax/escape-sequence.js";
import type { AttributeSet } from "./attribute-set.js";
import type { CheckContext } from "./check-context.js";
import type { PointerKind, ResolvedInterface } from "./symbols.js";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NIL = "00000000-0000-0000-0000-000000000000";
/** A protocol sequence, then perhaps a host, then an endpoint in brackets. */
const ENDPOINT = /^[a-z][a-z0-9_]*:[^[\]]*(?:\[[^[\]]+\])?$/;

type Header = Pick<ResolvedInterface, "uuid" | "version" | "endpoints">;

/** Reads an interface's uuid, version and endpoints. What is missing or malformed is reported and stands in as zero. */
export function readHeader(
  node: InterfaceNode,
  attributes: AttributeSet,
  report: CheckContext["report"],
): Header {
  return {
    uuid: readUuid(node, attributes, report),
    version: readVersion(node, attributes, report),
    endpoints: readEndpoints(attributes, report),
  };
}

/** What `pointer_default` says. Where it is absent, MIDL takes unique, and DCE full pointers. */
export function readPointerDefault(
  attributes: AttributeSet,
  dialect: Dialect,
  report: CheckContext["report"],
): PointerKind {
  const attribute = attributes.get("pointer_default");
  const { text } = attribute ?? {};
  if (text === "ref" || text === "unique" || text === "ptr") return text;
  if (attribute !== undefined) report("IDL0606", attribute.span, { text: text ?? "" });
  return defaultPointer(dialect);
}

/** What a pointer is where nothing says it. */
export function defaultPointer(dialect: Dialect): PointerKind {
  return dialect === "dce" ? "ptr" : "unique";
}

function readUuid(node: InterfaceNode, attributes: AttributeSet, report: CheckContext["report"]): string {
  const attribute = attributes.get("uuid");
  if (attribute === undefined) {
    report("IDL0601", node.name.span, { name: node.name.text });
    return NIL;
  }
  const uuid = bareUuid(attribute.text ?? "");
  if (UUID.test(uuid)) return uuid;
  report("IDL0602", attribute.span, { text: attribute.text ?? "" });
  return NIL;
}

/** True for what `uuid(...)` can hold. */
export function isUuid(text: string): boolean {
  return UUID.test(bareUuid(text));
}

function bareUuid(text: string): string {
  return text
    .replace(/^"(.*)"$/, "$1")
    .replace(/^\{(.*)\}$/, "$1")
    .toLowerCase();
}

function readVersion(
  node: InterfaceNode,
  attributes: AttributeSet,
  report: CheckContext["report"],
): Header["version"] {
  const attribute = attributes.get("version");
  if (attribute === undefined) {
    report("IDL0603", node.name.span, { name: node.name.text });
    return { major: 0, minor: 0 };
  }
  const match = /^"?([0-9]{1,5})(?:\.([0-9]{1,5}))?"?$/.exec(attribute.text ?? "");
  const major = Number(match?.[1]);
  const minor = Number(match?.[2] ?? 0);
  if (match !== null && major <= 0xffff && minor <= 0xffff) return { major, minor };
  report("IDL0604", attribute.span, { text: attribute.text ?? "" });
  return { major: 0, minor: 0 };
}

function readEndpoints(attributes: AttributeSet, report: CheckContext["report"]): string[] {
  const attribute = attributes.get("endpoint");
  if (attribute === undefined) return [];
  const endpoints: string[] = [];
  for (const { text, span } of quotedParts(attribute.text ?? "", attribute.span)) {
    // DCE's compiler takes several in one string.
    for (const one of text.split(/,\s*/)) {
      if (ENDPOINT.test(one)) endpoints.push(one);
      else report("IDL0605", span, { text: one });
    }
  }
  if (endpoints.length === 0 && !(attribute.text ?? "").includes('"')) {
    report("IDL0605", attribute.span, { text: attribute.text ?? "" });
  }
  return endpoints;
}

function quotedParts(list: string, span: Span): { text: string; span: Span }[] {
  const parts: { text: string; span: Span }[] = [];
  const offset = span.expansion === undefined ? span.source.text.indexOf(list, span.start) : -1;
  for (const match of list.matchAll(/"((?:[^"\\\n]|\\[^\n])*)"/g)) {
    const start = offset + match.index;
    parts.push({
      // Published files also write `[\pipe\x]` with single backslashes.
      text: decodeEscapes(match[1] ?? "") ?? match[1] ?? "",
      // Comments between them, or a macro, leave no place of their own.
      span: offset < 0 ? span : { ...span, start, end: start + match[0].length },
    });
  }
  return parts;
}
