import type { Member, Method, Model, TypeDefinition, Unit } from "@ncalrpc/idl";
import {
  camelCase,
  fileScope,
  kebabCase,
  labelScope,
  memberScope,
  methodScope,
  moduleScope,
  pascalCase,
} from "./names.js";

/** What a type is called in its module, with the functions and the schema that go with it. */
export interface TypeNames {
  readonly type: string;
  readonly schema: string;
  readonly write: string;
  readonly read: string;
  readonly writeReferents: string;
  readonly readReferents: string;
  readonly encode: string;
  readonly decode: string;
}

/** What belongs to a method. */
export interface MethodNames {
  readonly method: string;
  readonly request: TypeNames;
  readonly response: TypeNames;
}

/** Every name that a unit's module declares. They follow from the unit alone, so that other modules know them too. */
export interface UnitNames {
  readonly file: string;
  readonly constants: ReadonlyMap<string, string>;
  readonly types: ReadonlyMap<string, TypeNames>;
  readonly methods: ReadonlyMap<Method, MethodNames>;
  readonly callbacks: ReadonlyMap<Method, MethodNames>;
  readonly definition: string;
  readonly client: string;
  /** The class of its `sync` property. */
  readonly syncClient: string;
  readonly handlers: string;
  /** The class by which servers call back, and what clients implement for them. */
  readonly callbackClient: string;
  readonly callbackHandlers: string;
  /** The function that gives the schemas of all methods. */
  readonly schemas: string;
  /** All of them. */
  readonly declared: ReadonlySet<string>;
}

/** The names that the modules of a model declare. */
export function declaredNames(names: ReadonlyMap<string, UnitNames>): ReadonlySet<string> {
  const [only, ...others] = names.values();
  if (only !== undefined && others.length === 0) return only.declared;
  const all = new Set<string>();
  for (const { declared } of names.values()) for (const name of declared) all.add(name);
  return all;
}

export function namesOfModel(model: Model): ReadonlyMap<string, UnitNames> {
  const files = fileScope();
  return new Map(
    model.units.map((unit) => [unit.name, namesOfUnit(unit, files.claim(kebabCase(unit.name)))]),
  );
}

function namesOfUnit(unit: Unit, file: string): UnitNames {
  const scope = moduleScope();
  const claim = (name: string): string => scope.claim(name);
  // What users write comes first, so that it is what keeps its plain name.
  const types = unit.types.map((definition) => claim(pascalCase(definition.name)));
  const constants = new Map(unit.constants.map(({ name }) => [name, claim(name)]));
  const base = unit.interface === null ? "" : pascalCase(unit.name);
  const definition = base && claim(base);
  const client = base && claim(`${base}Client`);
  const syncClient = base && claim(`${base}SyncClient`);
  const handlers = base && claim(`${base}Handlers`);
  const hasCallbacks = (unit.interface?.callbacks.length ?? 0) > 0;
  const callbackClient = hasCallbacks ? claim(`${base}Callbacks`) : "";
  const callbackHandlers = hasCallbacks ? claim(`${base}CallbackHandlers`) : "";
  const schemas = base && claim(`${camelCase(unit.name)}Schemas`);
  const companions = (type: string): TypeNames => ({
    type,
    schema: claim(`${type}Schema`),
    write: claim(`write${type}`),
    read: claim(`read${type}`),
    writeReferents: claim(`write${type}Referents`),
    readReferents: claim(`read${type}Referents`),
    encode: claim(`encode${type}`),
    decode: claim(`decode${type}`),
  });
  const namesOf = (methods: readonly Method[]): ReadonlyMap<Method, MethodNames> => {
    const scope = methodScope();
    return new Map(
      methods.map((method) => {
        const pascal = pascalCase(method.name);
        const request = companions(claim(`${pascal}Request`));
        const response = companions(claim(`${pascal}Response`));
        return [method, { method: scope.claim(camelCase(method.name)), request, response }];
      }),
    );
  };
  const methods = namesOf(unit.interface?.methods ?? []);
  const callbacks = namesOf(unit.interface?.callbacks ?? []);
  return {
    file,
    constants,
    types: new Map(unit.types.map((type, index) => [type.name, companions(types[index] ?? type.name)])),
    methods,
    callbacks,
    definition,
    client,
    syncClient,
    handlers,
    callbackClient,
    callbackHandlers,
    schemas,
    declared: scope.claimed,
  };
}

/** The property that each member of a struct, or each parameter of a method, becomes. */
export function memberNames(members: readonly Member[]): ReadonlyMap<string, string> {
  const scope = memberScope();
  return new Map(members.map(({ name }) => [name, scope.claim(camelCase(name))]));
}

/** The property that each label of an enum becomes: its name as IDL has it. */
export function labelNames(definition: Extract<TypeDefinition, { kind: "enum" }>): string[] {
  const scope = labelScope();
  return definition.labels.map(({ name }) => scope.claim(name));
}
