import { withoutAliases } from "./resolved-type.js";
import { scalarSize } from "./scalar-range.js";
import type { ResolvedType } from "./symbols.js";

/** Octets in a C program's memory. */
export interface MemoryLayout {
  readonly size: number;
  readonly alignment: number;
}

/** What C's sizeof gives on every system that IDL is compiled for; null where they differ (pointers), or it has no answer. */
export function memoryLayout(type: ResolvedType): MemoryLayout | null {
  const bare = withoutAliases(type);
  switch (bare.kind) {
    case "scalar": {
      if (bare.scalar === "int3264" || bare.scalar === "uint3264") return null;
      const size = scalarSize(bare.scalar);
      return { size, alignment: size };
    }
    case "array": {
      const element = bare.fixed === null ? null : memoryLayout(bare.element);
      return element === null ? null : { ...element, size: element.size * (bare.fixed ?? 0) };
    }
    case "string":
      return bare.fixed === null
        ? null
        : {
            size: bare.fixed * (bare.unit === "wchar_t" ? 2 : 1),
            alignment: bare.unit === "wchar_t" ? 2 : 1,
          };
    case "named": {
      if (bare.symbol.kind === "enum") return { size: 4, alignment: 4 };
      if (bare.symbol.kind !== "struct" || bare.symbol.members === null) return null;
      return together(bare.symbol.members.map((member) => memoryLayout(member.type)));
    }
    default:
      return null;
  }
}

/** Members one behind another, each and the whole aligned. */
function together(parts: readonly (MemoryLayout | null)[]): MemoryLayout | null {
  let size = 0;
  let alignment = 1;
  for (const part of parts) {
    if (part === null) return null;
    size = Math.ceil(size / part.alignment) * part.alignment + part.size;
    alignment = Math.max(alignment, part.alignment);
  }
  return { size: Math.ceil(size / alignment) * alignment, alignment };
}
