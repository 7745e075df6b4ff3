import { capnpEs } from "./capnp-es.js";
import type { Codec } from "./codec.js";
import { json, jsonText } from "./json.js";
import { memcpy } from "./memcpy.js";
import { msgpackr } from "./msgpackr.js";
import { ncalrpc } from "./ncalrpc.js";
import { ncalrpcNdr20, ncalrpcNdr64 } from "./ncalrpc-stub.js";
import { protobufEs } from "./protobuf-es.js";
import { v8Serialize } from "./v8-serialize.js";

/** By name, ours first. */
export const CODECS: ReadonlyMap<string, Codec> = new Map(
  [
    ncalrpc,
    ncalrpcNdr20,
    ncalrpcNdr64,
    json,
    jsonText,
    protobufEs,
    msgpackr,
    capnpEs,
    v8Serialize,
    memcpy,
  ].map((codec) => [codec.name, codec]),
);
