import { fileURLToPath } from "node:url";
import { create, type DescFile, toBinary } from "@bufbuild/protobuf";
import { fileDesc } from "@bufbuild/protobuf/codegenv2";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { loadSync } from "@grpc/proto-loader";
import { expect, it } from "vitest";
import { Echo, LengthSchema, PayloadSchema } from "../src/systems/echo-pb.js";

const proto = fileURLToPath(new URL("../proto/echo.proto", import.meta.url));

it("describes the same file as proto/echo.proto", () => {
  const loaded = loadSync(proto)["bench.Payload"];
  if (
    loaded === undefined ||
    !("fileDescriptorProtos" in loaded) ||
    !Array.isArray(loaded.fileDescriptorProtos)
  ) {
    throw new Error("echo.proto has no message bench.Payload");
  }
  const octets = (file: DescFile) => toBinary(FileDescriptorProtoSchema, file.proto);
  const files = loaded.fileDescriptorProtos.map((file) => fileDesc(file.toString("base64")));
  expect(files.map(octets)).toEqual([octets(Echo.file)]);
});

it("has the fields that its types claim", () => {
  expect(create(PayloadSchema).data).toEqual(new Uint8Array());
  expect(create(LengthSchema).length).toBe(0);
  expect(Object.keys(Echo.method)).toEqual(["echo", "upload", "download"]);
});
