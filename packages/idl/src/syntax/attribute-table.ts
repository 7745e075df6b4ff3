/** Where an attribute can stand. `type` is a struct, union or enum declared by itself; a union's arm is a `member`. */
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
  readonly arguments: "none" | "expressions" | "type" | "text";
  /**
   * `harmless` ones say something that needs nothing done here; `ignored` ones change nothing here and are warned about;
   * what an `unsupported` one stands on is not generated, since it changes the wire in a way that we do not have.
   */
  readonly effect: "supported" | "harmless" | "ignored" | "unsupported";
}

type Row = readonly [names: string, arguments_: AttributeRecord["arguments"], places: string];

const ANYWHERE = "interface typedef type member parameter method constant";
const DATA = "typedef type member parameter";
const FIELD = "typedef member parameter";
const RESULT = "typedef member parameter method";

const SUPPORTED: readonly Row[] = [
  ["uuid version pointer_default", "text", ANYWHERE],
  ["endpoint", "text", "interface"],
  ["object", "none", "interface"],
  ["local", "none", "interface method"],
  ["in out partial_ignore", "none", "parameter"],
  ["ref unique ptr string", "none", RESULT],
  ["size_is length_is max_is min_is last_is first_is", "expressions", FIELD],
  ["range", "expressions", FIELD],
  ["switch_is", "expressions", FIELD],
  ["switch_type", "type", DATA],
  ["case", "expressions", ""],
  ["ms_union", "none", "interface typedef type member"],
  ["ignore", "none", "member parameter"],
  ["disable_consistency_check", "none", FIELD],
  ["context_handle", "none", "typedef parameter method"],
  ["system_handle", "text", FIELD],
  ["v1_enum", "none", DATA],
  ["idempotent maybe broadcast message callback noopnum todo", "none", "method"],
  ["call_as", "text", "method"],
  ["transmit_as wire_marshal", "type", "typedef"],
  ["represent_as user_marshal", "text", "typedef"],
  ["charset", "text", RESULT],
  ["enum8bit enum16bit bitmap8bit bitmap16bit bitmap32bit bitmap64bit", "none", "typedef type"],
];

/** Documentation, binding style, strictness that this implementation has anyway, and what only COM's tools read. */
const HARMLESS: readonly Row[] = [
  ["helpstring helpcontext helpstringcontext annotation annotate custom", "text", ANYWHERE],
  [
    "strict_context_handle type_strict_context_handle explicit_handle auto_handle",
    "none",
    "interface method typedef",
  ],
  ["context_handle_serialize context_handle_noserialize", "none", "typedef parameter method interface"],
  ["implicit_handle", "text", "interface"],
  ["encode decode async", "none", "interface method typedef"],
  ["comm_status fault_status", "none", "method parameter"],
  ["notify notify_flag", "none", "method"],
  ["handle", "none", "typedef parameter"],
  ["public hidden restricted odl dual oleautomation nonextensible async_uuid proxy", "text", ANYWHERE],
  ["threading progid vi_progid control noncreatable deprecated contract exclusiveto", "text", ANYWHERE],
  ["overload default_overload activatable static apicontract marshaling_behavior", "text", ANYWHERE],
  ["flags contractversion composable eventadd eventremove default_interface default", "text", ANYWHERE],
  ["propget propput propputref vararg source id readonly bindable input_sync lcid", "text", ANYWHERE],
  ["defaultbind defaultcollelem displaybind immediatebind requestedit uidefault", "text", ANYWHERE],
  ["usesgetlasterror nonbrowsable aggregatable appobject licensed replaceable", "text", ANYWHERE],
  [
    "defaultvtable dllname entry helpfile helpstringdll predeclid optional_interface extension",
    "text",
    ANYWHERE,
  ],
  ["funcdescattr idldescattr typedescattr vardescattr hostContract winrt_remote_async", "text", ANYWHERE],
  ["retval optional defaultvalue", "text", "parameter member"],
  ["helper headerhelper pyhelper authservice no_srv_register depends nopython noejs", "text", ANYWHERE],
  ["noprint gensize nosize value max_recursion print_only", "text", ANYWHERE],
];

const IGNORED: readonly Row[] = [
  ["optimize code nocode enable_allocate", "text", "interface method"],
  ["allocate force_allocate heap in_line out_of_line byte_count", "text", RESULT],
  ["exceptions", "text", "interface method"],
  // What MIDL reserves for the shape and the memory of C stubs.
  ["interpret nointerpret manual off_line shape local_call zeroout_alignmentgap", "text", ANYWHERE],
  ["custom_allocator default_allocator", "text", ANYWHERE],
];

const UNSUPPORTED: readonly Row[] = [
  ["iid_is", "text", FIELD],
  ["cs_tag_rtn", "text", "method"],
  ["cs_char cs_drtag cs_rtag cs_stag", "text", "typedef parameter"],
  ["v1_struct v1_array v1_string align", "text", DATA],
  // Reserved in MIDL, and documented nowhere.
  ["bstring bem_handle long_enum short_enum ms_conf_struct unaligned", "text", ANYWHERE],
  ["flag relative relative_short relative_base subcontext subcontext_size compression", "text", DATA],
  ["skip skip_noinit to_null nodiscriminant nopush nopull absolute", "text", DATA],
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
  return ANYWHERE.split(" ").includes(word);
}
