import type { Method, Model } from "@ncalrpc/idl";
import type { TypeScriptOptions } from "./generate-typescript.js";
import { ModelIndex } from "./model-index.js";
import { serializationProblem } from "./serialize-method-code.js";
import { canHoldStatus, returnName } from "./status-code.js";
import { systemHandleMasks } from "./system-handles.js";

/**
 * What a model says and generated code does not do yet, each with its place: for a person to decide whether that matters.
 * Code is generated all the same, and what is not named here it does.
 */
export function limitations(model: Model, options: TypeScriptOptions = {}): string[] {
  const hooked = new Set(Object.keys(options.hooks ?? {}));
  const index = new ModelIndex(model, hooked, options.natural);
  return model.units.flatMap((unit) => {
    const definition = unit.imported ? null : unit.interface;
    const methods = definition?.methods.flatMap((method) => ofMethod(index, unit.name, method)) ?? [];
    const hooks = unit.types.flatMap((type) =>
      type.kind === "alias" && type.hook !== null && !hooked.has(type.name)
        ? [
            `${unit.name}.${type.name}: [${type.hook.kind}]: without a hook, programs see what is sent, not ${type.hook.local}`,
          ]
        : [],
    );
    return [...methods, ...hooks];
  });
}

function ofMethod(index: ModelIndex, unit: string, method: Method): string[] {
  const where = `${unit}.${method.name}`;
  const found: string[] = [];
  if (method.broadcast) found.push(`${where}: [broadcast]: the call goes to one server`);
  if (method.message)
    found.push(`${where}: [message]: the call goes to the server at once, through no queue`);
  for (const mask of systemHandleMasks(index, method)) {
    found.push(
      `${where}: [system_handle(${mask})]: handles are handed over with all the access that they have`,
    );
  }
  for (const { name, text } of method.attributes) {
    if (name === "comm_status" || name === "fault_status") {
      const target = text ?? returnName;
      if (canHoldStatus(index, method, target)) continue;
      const what = text === null ? "its return value" : `its parameter '${text}'`;
      found.push(`${where}: [${name}]: ${what} is no integer that comes back; failures reject`);
    } else if (name === "encode" || name === "decode") {
      const problem = serializationProblem(index, method);
      if (problem !== null) found.push(`${where}: [${name}]: its parameters are not serialized: ${problem}`);
    } else if (name === "notify" || name === "notify_flag") {
      found.push(`${where}: [${name}]: nothing is called when the response has been sent`);
    }
  }
  return found;
}
