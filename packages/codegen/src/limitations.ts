import type { Method, Model } from "@ncalrpc/idl";
import type { TypeScriptOptions } from "./generate-typescript.js";

/**
 * What a model says and generated code does not do yet, each with its place: for a person to decide whether that matters.
 * Code is generated all the same, and what is not named here it does.
 */
export function limitations(model: Model, options: TypeScriptOptions = {}): string[] {
  const hooked = new Set(Object.keys(options.hooks ?? {}));
  return model.units.flatMap((unit) => {
    const definition = unit.imported ? null : unit.interface;
    const methods = definition?.methods.flatMap((method) => ofMethod(unit.name, method)) ?? [];
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

function ofMethod(unit: string, method: Method): string[] {
  const where = `${unit}.${method.name}`;
  const found: string[] = [];
  if (method.broadcast) found.push(`${where}: [broadcast]: the call goes to one server`);
  if (method.message)
    found.push(`${where}: [message]: the call goes to the server at once, through no queue`);
  return found;
}
