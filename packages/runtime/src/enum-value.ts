/** A value of an enum. NDR enums are open: a newer peer may send values that have no label here. */
export type EnumValue<E extends Readonly<Record<string, number>>> = E[keyof E] | (number & {});
