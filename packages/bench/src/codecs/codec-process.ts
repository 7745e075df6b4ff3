import { CODECS } from "./codecs.js";
import { measureCodec } from "./measure.js";

/** A process of its own for each codec: what one of them teaches the engine is of no harm or use to another. */
const [name = "", warmup = "", duration = ""] = process.argv.slice(2);
const codec = CODECS.get(name);
if (codec === undefined) throw new Error(`no codec ${name}`);
process.stdout.write(
  JSON.stringify(measureCodec(codec, { warmup: Number(warmup), duration: Number(duration) })),
);
