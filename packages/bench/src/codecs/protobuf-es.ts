import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { type Codec, type Exercise, exercise } from "./codec.js";
import { BytesSchema, NestedSchema, PointsSchema, SmallSchema } from "./gen/codecs_pb.js";
import type { MessageName, Messages } from "./messages.js";

export const protobufEs: Codec = {
  name: "protobuf-es",
  description: "toBinary and fromBinary of @bufbuild/protobuf; the messages are created beforehand",
  packages: ["@bufbuild/protobuf"],
  prepare: <N extends MessageName>(name: N, value: Messages[N]): Exercise => prepare[name](value),
};

const prepare: { readonly [N in MessageName]: (value: Messages[N]) => Exercise } = {
  small: (value) => of(SmallSchema, create(SmallSchema, value)),
  nested: (value) =>
    of(
      NestedSchema,
      create(NestedSchema, {
        ...value,
        samples: [...value.samples],
        tags: [...value.tags],
        events: [...value.events],
      }),
    ),
  bytes: (value) => of(BytesSchema, create(BytesSchema, value)),
  structs: ({ items }) => of(PointsSchema, create(PointsSchema, { items: [...items] })),
};

function of<D extends DescMessage>(schema: D, message: MessageShape<D>): Exercise {
  return exercise(
    message,
    (value) => toBinary(schema, value),
    (octets) => fromBinary(schema, octets),
    plain,
  );
}

/** Without the type names that messages carry. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return new Uint8Array(value);
  const entries = Object.entries(value).filter(([key]) => key !== "$typeName");
  return Object.fromEntries(entries.map(([key, field]) => [key, plain(field)]));
}
