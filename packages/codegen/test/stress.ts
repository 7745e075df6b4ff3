/** A name of `length` characters. */
function name(prefix: string, length: number): string {
  return prefix + "Abcdefghij".repeat(Math.ceil(length / 10)).slice(0, length - prefix.length);
}

/** An interface whose names have the given length: lines that have to be broken are all over its module. */
export function stressText(length: number): string {
  const [state, status, list, handle] = ["State", "Status", "List", "Handle"].map((prefix) =>
    name(prefix, length),
  );
  const member = (letter: string): string => name(letter, length);
  const parameters = ["p", "q", "s"].map((letter) => `[in] ${status} *${member(letter)}`).join(", ");
  return `
[ uuid(be74a4cc-0ccc-4282-9280-c3938495bb21), version(1.0), pointer_default(unique) ]
interface ${name("Stress", length)} {
    typedef enum { ${member("LABEL")}, ${member("OTHER")} } ${state};
    typedef struct { [string] wchar_t *${member("a")}; ${state} ${member("b")}; long ${member("c")}; } ${status};
    typedef struct { unsigned long ${member("n")}; [size_is(${member("n")})] ${status} *${member("i")}; ${status} *${member("z")}[4]; } ${list};
    typedef struct { short ${member("r")}; short ${member("k")}; [size_is(${member("r")} * ${member("k")} + 1)] byte ${member("d")}[]; } ${name("Tail", length)};
    typedef [context_handle] void *${handle};
    typedef [range(1, 1000)] long ${name("Ranged", length)};

    ${state} ${name("Get", length)}(${parameters});
    void ${name("Put", length)}([in] ${list} *${member("l")}, [out] ${status} **${member("o")}, [in] ${name("Tail", length)} *${member("t")});
    long ${name("Open", length)}([in, string] const wchar_t *${member("n")}, [in] ${name("Ranged", length)} ${member("r")}, [out] ${handle} *${member("h")});
    void ${name("Attach", length)}([in, unique] ${status} *${member("u")}, [out] ${handle} *${member("h")});
    void ${name("Move", length)}([in, out] ${handle} *${member("h")}, [in] long ${member("x")});
    long ${name("Close", length)}([in, out] ${handle} *${member("h")});
    void ${name("Read", length)}([in] ${handle} ${member("h")}, [in] unsigned long ${member("s")}, [out] unsigned long *${member("g")},
        [out, size_is(${member("s")}), length_is(*${member("g")})] byte *${member("d")});
    ${handle} ${name("Make", length)}([in] unsigned long ${member("n")}, [in, size_is(${member("n")}), string] const wchar_t **${member("w")});
    void ${name("Nothing", length)}(void);
}
`;
}

/** An interface of `count` methods with a struct for every ten. */
export function largeText(count: number): string {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    if (i % 10 === 0) {
      lines.push(
        `typedef struct { long id; [string] wchar_t *name; unsigned long n; [size_is(n)] byte *data; } Record${i};`,
      );
    }
    const record = `Record${i - (i % 10)}`;
    lines.push(
      `long Method${i}([in] ${record} *record, [in, string] const wchar_t *name, [in] hyper offset, [out] ${record} *result);`,
    );
  }
  return `[ uuid(cf85b5dd-1ddd-4393-a391-d4a495a6cc32), version(1.0), pointer_default(unique) ] interface Large {\n${lines.join("\n")}\n}`;
}
