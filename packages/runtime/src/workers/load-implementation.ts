import { RpcError } from "../rpc-error.js";
import type { Implementation } from "./implementation.js";
import type { PooledInterface } from "./pool-worker.js";

/** Loads the module that implements an interface in this thread. Rejects with RpcError if that is not what it does. */
export async function loadImplementation(pooled: PooledInterface): Promise<Implementation> {
  const loaded: { readonly default?: unknown } = await import(pooled.module);
  const { default: implementation } = loaded;
  if (!isImplementation(implementation)) {
    throw new RpcError("RPC_S_INVALID_ARG", {
      details: `${pooled.module} has no default export made by implement(${pooled.name}, ...)`,
    });
  }
  const { definition } = implementation;
  if (definition.uuid !== pooled.uuid) {
    throw new RpcError("RPC_S_INVALID_ARG", {
      details: `${pooled.module} implements ${definition.name}, not ${pooled.name}`,
    });
  }
  return implementation;
}

/** Structural: the module may have a copy of this package of its own. */
function isImplementation(value: unknown): value is Implementation {
  return (
    typeof value === "object" &&
    value !== null &&
    "definition" in value &&
    typeof value.definition === "object" &&
    value.definition !== null &&
    "methods" in value.definition &&
    "handlers" in value &&
    typeof value.handlers === "object" &&
    "options" in value
  );
}
