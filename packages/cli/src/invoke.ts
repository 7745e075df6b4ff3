import type { MethodDefinition } from "@ncalrpc/runtime";
import type { AnyInterface } from "./load-interfaces.js";

/** Connects, calls a method by what is known of it at run time, and closes. `timeout` is milliseconds. Rejects with RpcError. */
export async function invoke(
  definition: AnyInterface,
  method: MethodDefinition<object>,
  binding: string,
  values: readonly unknown[],
  timeout: number,
): Promise<unknown> {
  await using client = await definition.connect(binding, { timeout });
  const procedure: unknown = Reflect.get(client, method.name);
  if (typeof procedure !== "function")
    throw new Error(`the client of ${definition.name} has no ${method.name}`);
  return await Reflect.apply(procedure, client, [...values, { timeout }]);
}
