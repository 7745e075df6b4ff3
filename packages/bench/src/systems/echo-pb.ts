// The definitions of proto/echo.proto as protoc-gen-es writes them; test/echo-pb.test.ts compares the two.
import type { Message } from "@bufbuild/protobuf";
import {
  fileDesc,
  type GenMessage,
  type GenService,
  messageDesc,
  serviceDesc,
} from "@bufbuild/protobuf/codegenv2";

/** A serialized FileDescriptorProto. */
const file = fileDesc(
  "CgtiZW5jaC5wcm90bxIFYmVuY2giFwoHUGF5bG9hZBIMCgRkYXRhGAEgASgMIhgKBkxlbmd0aBIOCgZsZW5ndGgYASABKA0yggEK" +
    "BEVjaG8SJgoERWNobxIOLmJlbmNoLlBheWxvYWQaDi5iZW5jaC5QYXlsb2FkEicKBlVwbG9hZBIOLmJlbmNoLlBheWxvYWQaDS5i" +
    "ZW5jaC5MZW5ndGgSKQoIRG93bmxvYWQSDS5iZW5jaC5MZW5ndGgaDi5iZW5jaC5QYXlsb2FkYgZwcm90bzM=",
);

export type Payload = Message<"bench.Payload"> & { data: Uint8Array };
export const PayloadSchema: GenMessage<Payload> = messageDesc(file, 0);

export type Length = Message<"bench.Length"> & { length: number };
export const LengthSchema: GenMessage<Length> = messageDesc(file, 1);

export const Echo: GenService<{
  echo: { methodKind: "unary"; input: typeof PayloadSchema; output: typeof PayloadSchema };
  upload: { methodKind: "unary"; input: typeof PayloadSchema; output: typeof LengthSchema };
  download: { methodKind: "unary"; input: typeof LengthSchema; output: typeof PayloadSchema };
}> = serviceDesc(file, 0);
