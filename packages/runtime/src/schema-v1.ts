/**
 * What generated schema modules import, and nothing else does; it loads zod, which the rest of this package does without.
 * Version 1 of this entry stays for as long as modules that were generated against it are to work.
 */
export { z } from "zod";
export type { InterfaceSchemas, MethodSchemas } from "./interface-definition.js";
export { schema } from "./schemas.js";
