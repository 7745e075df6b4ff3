import type { Client } from "../client/client.js";
import type { InterfaceDefinition } from "../interface-definition.js";
import type { Rundown } from "../server/registered-interface.js";

/** What else an implementation has that runs in workers. */
export interface ImplementOptions {
  /** By default the state's Symbol.asyncDispose or Symbol.dispose method is called, if it has one. */
  readonly rundown?: Rundown;
}

/** The default export of a module that runs in the workers of a server. */
export interface Implementation<H extends object = object> {
  readonly definition: InterfaceDefinition<H, Client>;
  readonly handlers: H;
  readonly options: ImplementOptions;
}

/**
 * Says what implements an interface in a server's workers. Each worker loads the module whose default export this is, and
 * has handlers, and whatever else the module holds, of its own:
 *
 *     export default implement(ServiceControl, { start: (name, call) => ... });
 */
export function implement<H extends object, C extends Client>(
  definition: InterfaceDefinition<H, C>,
  handlers: H,
  options: ImplementOptions = {},
): Implementation<H> {
  return { definition, handlers, options };
}
