/** `wire`: peers of the other version fail or misread. `source`: programs do not compile any more, calls go on working. */
export type BreakingTier = "wire" | "source";

export interface BreakingRule {
  readonly tier: BreakingTier;
  readonly purpose: string;
  /** Who is hurt. */
  readonly breaks: string;
  readonly instead: string;
}

const wire = (purpose: string, breaks: string, instead: string): BreakingRule => ({
  tier: "wire",
  purpose,
  breaks,
  instead,
});
const source = (purpose: string, breaks: string, instead: string): BreakingRule => ({
  tier: "source",
  purpose,
  breaks,
  instead,
});

const NEW_METHOD = "leave it and add a method at the end";
const MISREAD = "peers of the other version misread each other's messages";
const RECOMPILE = "programs that name it stop compiling";

/** Every rule by its id, which never changes its meaning. */
export const breakingRules = {
  "interface-removed": wire(
    "An interface stays.",
    "its clients are refused: RPC_S_UNKNOWN_IF",
    "keep serving it until its last client is gone",
  ),
  "interface-uuid-changed": wire(
    "An interface keeps its uuid.",
    "old clients are refused: RPC_S_UNKNOWN_IF",
    "put the uuid back; a new interface beside the old one gets a new uuid and a new name",
  ),
  "major-version-changed": wire(
    "A new major version does not take the place of the old one.",
    "clients of the old major version are refused: RPC_S_UNKNOWN_IF",
    "serve both: keep the old interface in a file of its own",
  ),
  "minor-version-lowered": wire(
    "The minor version never falls.",
    "clients of the higher minor version are refused: RPC_S_UNKNOWN_IF",
    "put it back, or raise it",
  ),
  "minor-version-not-raised": wire(
    "What is added raises the minor version.",
    "new clients are let in by old servers, which then answer RPC_S_PROCNUM_OUT_OF_RANGE or a bad stub fault",
    "raise the minor version: then old servers refuse new clients when they connect",
  ),
  "endpoint-removed": wire(
    "A well-known endpoint stays.",
    "clients that connect to it find nobody",
    "keep it beside the new one",
  ),
  "method-removed": wire(
    "A method stays where it is.",
    "old clients get RPC_S_PROCNUM_OUT_OF_RANGE, or reach another method",
    "keep it and let it fail, for example with RPC_S_CANNOT_SUPPORT",
  ),
  "method-moved": wire(
    "A method keeps its opnum.",
    "old clients reach another method",
    "put it back to its place; new methods go to the end",
  ),
  "method-reply-changed": wire(
    "Whether a method is answered, and how it is sent, stays.",
    "one side waits for an answer that never comes, or gets one that it does not expect",
    NEW_METHOD,
  ),
  "method-renamed": source(
    "A method keeps its name.",
    RECOMPILE,
    "keep the name, or release a new major version of your package",
  ),
  "parameter-added": wire("A method keeps its parameters.", MISREAD, NEW_METHOD),
  "parameter-removed": wire("A method keeps its parameters.", MISREAD, NEW_METHOD),
  "parameter-renamed": source("A parameter keeps its name.", RECOMPILE, "keep the name"),
  "direction-changed": wire("A parameter keeps its direction.", MISREAD, NEW_METHOD),
  "signature-changed": source(
    "Counts that are derived stay derived.",
    "programs pass one argument more or less",
    "keep what its size_is, length_is and switch_is name",
  ),
  "type-changed": wire("What is sent keeps its type.", MISREAD, NEW_METHOD),
  "pointer-changed": wire("A pointer keeps its kind.", MISREAD, NEW_METHOD),
  "extent-changed": wire("An array or string keeps how its length is given.", MISREAD, NEW_METHOD),
  "range-narrowed": wire(
    "A value that was allowed stays allowed.",
    "peers that send the values that are gone are refused: RPC_X_BAD_STUB_DATA",
    "accept them still, and refuse them in the method",
  ),
  "range-widened": wire(
    "A receiver is not sent what it does not allow.",
    "peers with the narrower range refuse the new values: RPC_X_BAD_STUB_DATA",
    "raise the minor version for what clients send; for what servers send, add a method",
  ),
  "member-added": wire(
    "A struct keeps its members.",
    MISREAD,
    "define a new struct and a new method that uses it",
  ),
  "member-removed": wire("A struct keeps its members.", MISREAD, "keep it, and leave it empty"),
  "member-renamed": source("A member keeps its name.", RECOMPILE, "keep the name"),
  "enum-width-changed": wire("An enum keeps its width.", MISREAD, "put v1_enum back as it was"),
  "label-removed": wire(
    "A label stays.",
    "peers that send its value send one that nobody knows",
    "keep it, and document that it is not used any more",
  ),
  "label-value-changed": wire(
    "A label keeps its value.",
    "peers take it for another one",
    "add new labels at the end, with explicit values",
  ),
  "label-renamed": source("A label keeps its name.", RECOMPILE, "keep the name"),
  "arm-removed": wire(
    "A union keeps its arms.",
    "peers that send it are refused: RPC_S_INVALID_TAG",
    "keep it",
  ),
  "arm-added": wire(
    "A receiver is not sent an arm that it does not know.",
    "old peers answer RPC_S_INVALID_TAG",
    "raise the minor version for what clients send; for what servers send, add a method",
  ),
  "arm-renamed": source("An arm keeps its name.", RECOMPILE, "keep the name"),
  "union-changed": wire(
    "A union keeps its discriminant and its form.",
    MISREAD,
    "define a new union and a new method that uses it",
  ),
  "interface-renamed": source(
    "An interface keeps its name.",
    RECOMPILE,
    "keep the name: on the wire it is the uuid that counts",
  ),
  "type-name-removed": source("A type keeps its name.", RECOMPILE, "keep it: `typedef NEW OLD;`"),
  "constant-removed": source("A constant stays.", RECOMPILE, "keep it"),
  "constant-changed": source(
    "A constant keeps its value.",
    "programs that were compiled with the other value disagree",
    "add a new constant",
  ),
} as const satisfies Record<string, BreakingRule>;

export type BreakingRuleId = keyof typeof breakingRules;
