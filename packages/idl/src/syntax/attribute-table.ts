/** Where an attribute can stand. `type` is a struct or enum declared by itself. */
export type AttributePlace =
  | "interface"
  | "typedef"
  | "type"
  | "member"
  | "parameter"
  | "method"
  | "constant";

export interface AttributeRecord {
  readonly places: readonly AttributePlace[];
  /** `text` is kept unparsed. */
  readonly arguments: "none" | "expressions" | "text";
  /** `ignored` ones are fine but change nothing here; `unsupported` ones change the wire in a way that we do not have. */
  readonly effect: "supported" | "harmless" | "ignored" | "unsupported";
}

type Row = readonly [names: string, arguments_: AttributeRecord["arguments"], places: string];

const SUPPORTED: readonly Row[] = [
  ["uuid version endpoint pointer_default", "text", "interface"],
  ["in out", "none", "parameter"],
  ["ref unique string", "none", "typedef member parameter method"],
  ["size_is length_is max_is min_is last_is first_is", "expressions", "typedef member parameter"],
  ["range", "expressions", "typedef member parameter"],
  ["context_handle", "none", "typedef parameter method"],
  ["v1_enum", "none", "typedef type member parameter"],
  ["idempotent", "none", "method"],
];

/** Documentation, binding style and strictness that this implementation has anyway. */
const HARMLESS: readonly Row[] = [
  ["helpstring annotation annotate", "text", "interface typedef type member parameter method constant"],
  [
    "strict_context_handle type_strict_context_handle explicit_handle auto_handle",
    "none",
    "interface method",
  ],
  ["ms_union", "none", "interface typedef type method"],
  ["implicit_handle", "text", "interface"],
  ["public", "none", "typedef"],
];

const IGNORED: readonly Row[] = [
  [
    "optimize code nocode enable_allocate helper headerhelper pyhelper authservice no_srv_register",
    "text",
    "interface method",
  ],
  ["async_uuid dual oleautomation odl nonextensible hidden restricted", "text", "interface method"],
  ["handle", "none", "typedef parameter"],
  ["allocate force_allocate heap in_line out_of_line byte_count", "text", "typedef member parameter method"],
  ["context_handle_serialize context_handle_noserialize", "none", "typedef parameter"],
  ["async notify notify_flag", "none", "method"],
  ["noprint nopush nopull gensize value", "text", "typedef type member parameter method"],
  ["id", "text", "method"],
];

const UNSUPPORTED: readonly Row[] = [
  ["object local", "none", "interface method"],
  ["exceptions encode decode", "text", "interface typedef method"],
  ["ptr", "none", "typedef member parameter method"],
  ["callback broadcast maybe message call_as propget propput propputref vararg", "text", "method"],
  ["comm_status fault_status retval partial_ignore iid_is", "text", "member parameter method"],
  ["ignore disable_consistency_check defaultvalue optional", "text", "member parameter"],
  ["switch_type switch_is case default", "text", "typedef type member parameter"],
  ["transmit_as represent_as wire_marshal user_marshal system_handle", "text", "typedef member parameter"],
  ["cs_char cs_drtag cs_rtag cs_stag cs_tag_rtn", "text", "typedef parameter method"],
  ["v1_struct v1_array v1_string align", "text", "typedef type member parameter"],
  [
    "charset flag relative relative_short relative_base subcontext compression skip to_null",
    "text",
    "typedef member parameter",
  ],
  [
    "nodiscriminant enum8bit enum16bit bitmap8bit bitmap16bit bitmap32bit bitmap64bit",
    "none",
    "typedef type",
  ],
];

/** Every attribute that is known, by name. */
export const attributeTable: ReadonlyMap<string, AttributeRecord> = new Map([
  ...expand(SUPPORTED, "supported"),
  ...expand(HARMLESS, "harmless"),
  ...expand(IGNORED, "ignored"),
  ...expand(UNSUPPORTED, "unsupported"),
]);

function expand(rows: readonly Row[], effect: AttributeRecord["effect"]): [string, AttributeRecord][] {
  return rows.flatMap(([names, arguments_, places]) => {
    const record = { places: places.split(" ").filter(isPlace), arguments: arguments_, effect };
    return names.split(" ").map((name): [string, AttributeRecord] => [name, record]);
  });
}

function isPlace(word: string): word is AttributePlace {
  return ["interface", "typedef", "type", "member", "parameter", "method", "constant"].includes(word);
}
