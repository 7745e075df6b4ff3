import { RpcError } from "./rpc-error.js";

/** A parsed string binding, `[objectUuid@]ncalrpc:[endpoint,name=value,...]`. */
export interface StringBinding {
  /** Lower case; null if the binding names none. */
  readonly objectUuid: string | null;
  /** A port's name, or an absolute path of one. */
  readonly endpoint: string;
  readonly options: ReadonlyMap<string, string>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PROTOCOL_SEQUENCE = "ncalrpc";

/**
 * Parses a string binding (RpcStringBindingCompose's grammar; backslash escapes `, : @ [ \ ]`). Throws RpcError:
 * RPC_S_INVALID_STRING_BINDING, RPC_S_PROTSEQ_NOT_SUPPORTED or RPC_S_INVALID_ENDPOINT_FORMAT.
 */
export function parseStringBinding(text: string): StringBinding {
  const at = indexOfUnescaped(text, "@", 0);
  const objectUuid = at < 0 ? null : text.slice(0, at).toLowerCase();
  if (objectUuid !== null && !UUID.test(objectUuid)) {
    throw malformed(text, `"${objectUuid}" before the @ is not a UUID`);
  }
  const rest = text.slice(at + 1);
  const colon = indexOfUnescaped(rest, ":", 0);
  if (colon < 0) {
    throw malformed(text, `expected ${PROTOCOL_SEQUENCE}:[endpoint]`);
  }
  const sequence = rest.slice(0, colon);
  if (sequence.toLowerCase() !== PROTOCOL_SEQUENCE) {
    throw new RpcError("RPC_S_PROTSEQ_NOT_SUPPORTED", { details: `"${sequence}" in "${text}"` });
  }
  const open = indexOfUnescaped(rest, "[", colon + 1);
  if (open !== colon + 1) {
    throw malformed(text, open < 0 ? "there is no [endpoint]" : "a host name is not possible on one machine");
  }
  const close = indexOfUnescaped(rest, "]", open + 1);
  if (close < 0) {
    throw malformed(text, "the [ is not closed");
  }
  if (close !== rest.length - 1) {
    throw malformed(text, `unexpected "${rest.slice(close + 1)}" after the ]`);
  }
  const [endpoint = "", ...options] = splitUnescaped(rest.slice(open + 1, close));
  if (endpoint === "") {
    throw new RpcError("RPC_S_INVALID_ENDPOINT_FORMAT", { details: `the endpoint is empty in "${text}"` });
  }
  return { objectUuid, endpoint, options: new Map(options.map((option) => parseOption(text, option))) };
}

/** The inverse of parseStringBinding. */
export function formatStringBinding(endpoint: string, objectUuid: string | null = null): string {
  const escaped = endpoint.replace(/[,:@[\\\]]/g, "\\$&");
  return `${objectUuid === null ? "" : `${objectUuid}@`}${PROTOCOL_SEQUENCE}:[${escaped}]`;
}

function parseOption(text: string, option: string): [string, string] {
  const equals = option.indexOf("=");
  if (equals <= 0) {
    throw malformed(text, `the option "${option}" is not name=value`);
  }
  return [option.slice(0, equals).toLowerCase(), option.slice(equals + 1)];
}

function malformed(text: string, why: string): RpcError {
  return new RpcError("RPC_S_INVALID_STRING_BINDING", { details: `${why} in "${text}"` });
}

function indexOfUnescaped(text: string, character: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === "\\") {
      i++;
    } else if (text[i] === character) {
      return i;
    }
  }
  return -1;
}

function splitUnescaped(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (;;) {
    const comma = indexOfUnescaped(text, ",", start);
    parts.push(text.slice(start, comma < 0 ? text.length : comma).replace(/\\(.)/gs, "$1"));
    if (comma < 0) {
      return parts;
    }
    start = comma + 1;
  }
}
