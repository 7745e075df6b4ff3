import type { DiagnosticRecord } from "./diagnostic.js";

const error = (message: string, hint: string): DiagnosticRecord => ({ severity: "error", message, hint });
const warning = (message: string, hint: string): DiagnosticRecord => ({ severity: "warning", message, hint });

/** Types and their attributes (07xx). */
export const typeDiagnostics = {
  IDL0701: error("{what} '{name}' contains itself", "recursion has to go through a pointer: add a `*`"),
  IDL0702: error(
    "'{name}' has no fixed size and is not the last member",
    "move it to the end of the struct, or make it a pointer",
  ),
  IDL0703: error("the elements of this array have no fixed size", "make the elements pointers"),
  IDL0704: error("an array of {bound} elements", "a bound is 1 to 2147483647"),
  IDL0705: error("'{name}' does not say how many elements it has", "add `size_is(...)`, or write a bound"),
  IDL0706: error(
    "'{attribute}' on something that is no array",
    "put it on an array or a pointer to the first element",
  ),
  IDL0707: error(
    "'{attribute}' has more arguments ({count}) than there are levels of pointers and arrays ({levels})",
    "write one for each level, outermost first",
  ),
  IDL0708: error(
    "[string] on something that is no string",
    "it goes on an array of, or pointer to, char, wchar_t or byte",
  ),
  IDL0709: error("'{attribute}' cannot be combined with '{other}'", "remove one of them"),
  IDL0710: warning(
    "label '{name}' has the value {value}, an enum carries 0 to 32767",
    "this value cannot be sent; use [v1_enum] for 32-bit values",
  ),
  IDL0711: error("the range {min} to {max} is empty", "write the smaller bound first"),
  IDL0712: error("the range {min} to {max} exceeds {type}", "the type holds {typeMin} to {typeMax}"),
  IDL0713: error(
    "[range] on something that has no range",
    "it goes on integers, enums, and arrays or strings that vary in length",
  ),
  IDL0714: error("void is no value", "name a type; for an opaque server-side reference use [context_handle]"),
  IDL0715: error(
    "handle_t stands for a binding and cannot be sent",
    "use it only as an [in] parameter by itself",
  ),
  IDL0716: error(
    "[context_handle] on something that is no pointer",
    "write `typedef [context_handle] void *NAME;`",
  ),
  IDL0717: error(
    "a context handle cannot stand here",
    "a context handle is a parameter, a result, or an element of an array that is a parameter; no member, and behind no pointer that can be null",
  ),
  IDL0718: error(
    "pointer attribute '{attribute}' on something that is no pointer",
    "add a `*`, or remove the attribute",
  ),
  IDL0719: error("the size of a fixed array is given twice", "write `[]` for an array sized by an attribute"),
  IDL0720: error("{what} '{name}' is empty", "give it at least one {part}"),
  IDL0721: error(
    "'{name}' cannot be used in an expression",
    "name an integer; write `*{name}` if it is a pointer to one",
  ),
  IDL0722: error("this member has no name", "give it one"),
  IDL0723: error(
    "nothing says which arm of union '{name}' is meant",
    "add `switch_is(...)` with the member or parameter that selects it",
  ),
  IDL0724: error(
    "[switch_is] on something that it cannot select an arm of",
    "it goes on unions without `switch` of their own, and on pointers to and arrays of them",
  ),
  IDL0725: error("two arms stand for {value}", "remove one of the labels"),
  IDL0726: error("label {value} does not fit {type}", "the discriminant holds {min} to {max}"),
  IDL0727: error("a union has one default arm at most", "remove this one, or give it labels"),
  IDL0728: error("arm '{name}' has no fixed size", "make it a pointer"),
  IDL0729: error(
    "this cannot be an element of a pipe",
    "elements have one size, and hold no pointers, pipes or context handles",
  ),
  IDL0730: error("a pipe cannot stand here", "a pipe is a parameter of its own, [out] behind one `*`"),
  IDL0732: error("[partial_ignore] on something else than an [in, out, unique] pointer", "remove it"),
  IDL0733: error(
    "'{kind}' is no kind of system handle",
    "write one of sh_composition, sh_event, sh_file, sh_job, sh_mutex, sh_pipe, sh_process, sh_reg_key, sh_section, sh_semaphore, sh_socket, sh_thread and sh_token",
  ),
  IDL0734: error(
    "[system_handle] on something that is no HANDLE",
    "write `HANDLE name`, or `HANDLE *name` if it is [out]",
  ),
  IDL0735: error(
    "a system handle cannot stand in {place}",
    "make it a parameter of a method, or a part of one: only requests and responses carry handles",
  ),
  IDL0731: error(
    "this type cannot select a union's arm",
    "a discriminant is an integer, a boolean, a char or an enum",
  ),
} as const satisfies Record<string, DiagnosticRecord>;
