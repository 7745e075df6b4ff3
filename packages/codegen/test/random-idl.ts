/** A generator of small integers: the same seed gives the same ones. */
export type Next = (below: number) => number;

/** Marsaglia's xorshift with 32 bits. */
export function random(seed: number): Next {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

const scalars = [
  ..."boolean byte char wchar_t small short long hyper float double error_status_t".split(" "),
  ...[
    "unsigned small",
    "unsigned short",
    "unsigned long",
    "unsigned hyper",
    "__int3264",
    "unsigned __int3264",
  ],
];
const tags = ["short", "long", "unsigned short", "char", "hyper"];

/** An interface of random types, each used by the later ones, and methods that exchange them. */
export class RandomIdl {
  readonly #next: Next;
  readonly #lines: string[] = [];
  /** Names of types that may stand anywhere, that are conformant, that are unions to be switched, that are pipes. */
  readonly #plain: string[] = [];
  readonly #conformant: string[] = [];
  readonly #unions: { readonly name: string; readonly tag: string }[] = [];
  readonly #pipes: string[] = [];
  #names = 0;

  constructor(next: Next) {
    this.#next = next;
  }

  text(): string {
    for (let i = 3 + this.#next(8); i > 0; i--) this.#type();
    for (let i = 2 + this.#next(4); i > 0; i--) this.#method();
    return `[ uuid(af6394bb-fbbb-4173-817f-b28273846a13), version(1.0), pointer_default(unique) ]
interface Random {
${this.#lines.map((line) => `    ${line}\n`).join("")}}
`;
  }

  #name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[this.#next(items.length)];
  }

  #chance(oneIn: number): boolean {
    return this.#next(oneIn) === 0;
  }

  #scalar(): string {
    return this.#pick(scalars) ?? "long";
  }

  /** A type that may stand anywhere. */
  #any(): string {
    return this.#plain.length > 0 && this.#chance(2) ? (this.#pick(this.#plain) ?? "long") : this.#scalar();
  }

  #type(): void {
    const kind = this.#next(7);
    if (kind === 0) this.#enumeration();
    else if (kind === 1) this.#union();
    else if (kind === 2) this.#encapsulated();
    else if (kind === 3) this.#pipe();
    else if (kind === 4) this.#list();
    else this.#struct(this.#chance(3));
  }

  #enumeration(): void {
    const name = this.#name("E");
    const labels = Array.from({ length: 1 + this.#next(4) }, (_, i) => `${name}L${i}`);
    this.#lines.push(`typedef ${this.#chance(2) ? "[v1_enum] " : ""}enum { ${labels.join(", ")} } ${name};`);
    this.#plain.push(name);
  }

  #arms(head: (label: string) => string, fallback: string): string {
    const arms = Array.from({ length: 1 + this.#next(4) }, (_, i) => {
      const content = this.#chance(4) ? "" : `${this.#any()} ${this.#chance(3) ? "*" : ""}a${i}`;
      return `${head(String(i * 3))} ${content};`;
    });
    if (this.#chance(3)) arms.push(`${fallback} ${this.#chance(2) ? "" : `${this.#any()} other`};`);
    return arms.join(" ");
  }

  #union(): void {
    const name = this.#name("U");
    const tag = this.#pick(tags) ?? "long";
    const attributes = `${this.#chance(3) ? "ms_union, " : ""}switch_type(${tag})`;
    const arms = this.#arms((label) => `[case(${label})]`, "[default]");
    this.#lines.push(`typedef [${attributes}] union { ${arms} } ${name};`);
    this.#unions.push({ name, tag });
  }

  #encapsulated(): void {
    const name = this.#name("D");
    const arms = this.#arms((label) => `case ${label}:`, "default:");
    this.#lines.push(`typedef union switch (${this.#pick(tags)} tag) u { ${arms} } ${name};`);
    this.#plain.push(name);
  }

  #pipe(): void {
    const name = this.#name("P");
    const element = this.#chance(2) ? this.#scalar() : "S_pair";
    if (!this.#lines.some((line) => line.includes("S_pair;"))) {
      this.#lines.push("typedef struct { byte a; long b; short c; } S_pair;");
    }
    this.#lines.push(`typedef pipe ${element} ${name};`);
    this.#pipes.push(name);
  }

  /** A struct that points to others of its kind, with unique or full pointers. */
  #list(): void {
    const name = this.#name("L");
    const kind = this.#chance(2) ? "unique" : "ptr";
    const members = `${this.#any()} value; [${kind}] struct ${name} *left; [${kind}] struct ${name} *right;`;
    this.#lines.push(`typedef struct ${name} { ${members} } ${name};`);
    this.#plain.push(name);
  }

  #struct(isConformant: boolean): void {
    const name = this.#name("S");
    const members = Array.from({ length: 1 + this.#next(6) }, () => this.#member());
    if (isConformant) {
      const count = this.#name("n");
      members.push(`unsigned long ${count};`, `${this.#open(count, this.#name("m"))};`);
    }
    this.#lines.push(`typedef struct { ${members.join(" ")} } ${name};`);
    (isConformant ? this.#conformant : this.#plain).push(name);
  }

  /** An open array, whose first dimension is counted by a sibling and the others by constants. */
  #open(count: string, name: string): string {
    const type = this.#any();
    switch (this.#next(6)) {
      case 0:
        return `[size_is(${count}, 2)] ${type} ${name}[][]`;
      case 1:
        return `[size_is(${count}, 3), length_is(, 2)] ${type} ${name}[][]`;
      case 2:
        return `[size_is(${count}), length_is(, 1, 2)] ${type} ${name}[][2][3]`;
      default:
        return `[size_is(${count})] ${type} ${name}[]`;
    }
  }

  #member(): string {
    const name = this.#name("m");
    const count = this.#name("n");
    const union = this.#pick(this.#unions);
    const conformant = this.#pick(this.#conformant);
    switch (this.#next(16)) {
      case 0:
        return `[string${this.#capacity()}] ${this.#chance(2) ? "wchar_t" : "char"} *${name};`;
      case 1:
        return `[string] ${this.#chance(2) ? "wchar_t" : "char"} ${name}[8];`;
      case 2:
        return `unsigned short ${count}; [size_is(${count})] ${this.#any()} *${name};`;
      case 3:
        return `${this.#any()} ${name}[${1 + this.#next(3)}];`;
      case 4:
        return `${this.#any()} ${name}[2][${1 + this.#next(3)}];`;
      case 5:
        return `[${this.#pick(["ref", "unique", "ptr"])}] ${this.#any()} *${name};`;
      case 6:
        return union === undefined
          ? `${this.#any()} ${name};`
          : `${union.tag} ${count}; [switch_is(${count})] ${union.name} ${name};`;
      case 7:
        return conformant === undefined ? `${this.#any()} ${name};` : `${conformant} *${name};`;
      case 8:
        return `[ptr, string${this.#capacity()}] char *${name};`;
      case 10:
        return `unsigned short ${count}; [size_is(${count}, )] ${this.#any()} **${name};`;
      case 11:
        return `[size_is(2, 2), length_is(2, 1)] ${this.#any()} **${name};`;
      case 12:
        return `unsigned long ${count}; [length_is(${count}, 2)] ${this.#any()} ${name}[3][4];`;
      case 13:
        return `unsigned short ${count}; [size_is(${count}, 2)] ${this.#scalar()} **${name};`;
      case 9:
        return `unsigned long ${count}; [length_is(${count})] ${this.#scalar()} ${name}[5];`;
      default:
        return `${this.#any()} ${name};`;
    }
  }

  #method(): void {
    const parameters: string[] = [];
    for (const direction of ["in", "out"]) {
      for (let i = 1 + this.#next(4); i > 0; i--) parameters.push(this.#parameter(direction));
    }
    if (this.#chance(2)) parameters.push(`[in, out] ${this.#any()} *${this.#name("p")}`);
    const pipe = this.#pick(this.#pipes);
    if (pipe !== undefined && this.#chance(2)) parameters.unshift(`[in] ${pipe} ${this.#name("p")}`);
    const result = this.#chance(2) ? "void" : this.#scalar();
    this.#lines.push(`${result} ${this.#name("f")}(${parameters.join(", ")});`);
  }

  /** Of a string, now and then: no random text takes more. */
  #capacity(): string {
    return this.#chance(3) ? ", size_is(20)" : "";
  }

  #parameter(direction: string): string {
    const name = this.#name("p");
    const count = this.#name("n");
    const union = this.#pick(this.#unions);
    const conformant = this.#pick(this.#conformant);
    const star = direction === "in" ? "" : "*";
    switch (this.#next(8)) {
      case 0:
        return direction === "in"
          ? `[in, string${this.#capacity()}] wchar_t *${name}`
          : `[out, string] wchar_t **${name}`;
      case 1:
        return `[${direction}] unsigned long ${star}${count}, [${direction}] ${this.#open(`${star}${count}`, name)}`;
      case 2:
        return union === undefined
          ? `[${direction}] ${this.#any()} *${name}`
          : `[${direction}] ${union.tag} ${star}${count}, [${direction}, switch_is(${star}${count})] ${union.name} *${name}`;
      case 3:
        return conformant === undefined || direction === "out"
          ? `[${direction}] ${this.#any()} *${name}`
          : `[in, ${this.#pick(["ref", "unique", "ptr"])}] ${conformant} *${name}`;
      case 4:
        return direction === "in"
          ? `[in, ${this.#pick(["unique", "ptr"])}] ${this.#any()} *${name}`
          : `[out] ${this.#any()} **${name}`;
      default:
        return `[${direction}] ${this.#any()} *${name}`;
    }
  }
}
