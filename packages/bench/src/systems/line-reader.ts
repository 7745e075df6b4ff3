const NEWLINE = 10;

/** Cuts a stream of octets into lines, looking at each octet once. */
export function lineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let head: Buffer[] = [];
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const tail = chunk.subarray(start, end);
      const line = head.length === 0 ? tail : Buffer.concat([...head, tail]);
      head = [];
      start = end + 1;
      onLine(line.toString("utf8"));
    }
    if (start < chunk.length) {
      head.push(chunk.subarray(start));
    }
  };
}
