import { isAlpcError, parsePortName } from "@ncalrpc/alpc";
import { formatStringBinding, isRpcError, parseStringBinding } from "@ncalrpc/runtime";
import { UsageError } from "./usage-error.js";

/** The string binding of an ENDPOINT argument: a name, an absolute path, or a binding. Throws UsageError. */
export function bindingOf(text: string): string {
  const isBinding = !text.startsWith("/") && /[:@[\]]/.test(text);
  const binding = isBinding ? text : formatStringBinding(text);
  try {
    parsePortName(parseStringBinding(binding).endpoint);
  } catch (error) {
    if (isAlpcError(error) || isRpcError(error)) throw new UsageError(error.message, { cause: error });
    throw error;
  }
  return binding;
}
