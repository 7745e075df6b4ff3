/**
 * Finds which part of a value is at fault: stands for the value while it is used once more, and keeps in mind the path of what was
 * taken of it last.
 */
export class ValuePath {
  #last: string;
  /** The path of what was taken last under each name: a property's, or an array's with `[]` for its elements. */
  readonly #named = new Map<string, string>();
  /** What stands for each object: the same each time, as full pointers ask for. */
  readonly #known = new WeakMap<object, { path: string; readonly standIn: object }>();

  /** `path` names the value as a whole. */
  constructor(path: string) {
    this.#last = path;
  }

  /** What stands for `value`, which `path` leads to. Typed arrays and what is no object stand for themselves. */
  watched<T>(value: T, path?: string): T;
  watched(value: unknown, path: string = this.#last): unknown {
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
    const known = this.#known.get(value);
    if (known !== undefined) {
      known.path = path;
      return known.standIn;
    }
    // Of a target that is frozen nothing but its own properties could be answered.
    const standIn: object = new Proxy(Array.isArray(value) ? [] : {}, {
      get: (_, key) => this.#take(value, key, entry.path),
    });
    const entry = { path, standIn };
    this.#known.set(value, entry);
    return standIn;
  }

  /** The path of what was taken last, under `name` if it is given. */
  pathOf(name: string | null): string {
    return (name === null ? undefined : this.#named.get(name)) ?? this.#last;
  }

  #take(owner: object, key: string | symbol, path: string): unknown {
    const found: unknown = Reflect.get(owner, key);
    if (typeof key === "symbol") return found;
    const isElement = Array.isArray(owner);
    if (isElement && !/^\d+$/.test(key)) return found;
    this.#last = isElement ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    this.#named.set(isElement ? `${nameOf(path)}[]` : key, this.#last);
    return this.watched(found);
  }
}

/** The last name of a path, with `[]` for indexes. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1).replace(/\[\d+\]/g, "[]");
}
