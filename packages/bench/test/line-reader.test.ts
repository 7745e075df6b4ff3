import { expect, it } from "vitest";
import { lineReader } from "../src/systems/line-reader.js";

it.each([1, 2, 3, 5, 100])("cuts lines out of chunks of %d octets", (size) => {
  const stream = Buffer.from("one\n\nzwölf\nlast without an end");
  const lines: string[] = [];
  const receive = lineReader((line) => lines.push(line));
  for (let start = 0; start < stream.length; start += size) {
    receive(stream.subarray(start, start + size));
  }
  expect(lines).toEqual(["one", "", "zwölf"]);
});
