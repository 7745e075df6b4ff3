/**
 * Detaches an ArrayBuffer at once: it and every typed array over it have length 0 from then on. Works for buffers over
 * foreign memory too, which `structuredClone` silently copies instead; the memory itself stays where it is.
 */
export function detachBuffer(buffer: ArrayBuffer): void {
  if (buffer.byteLength > 0) takeOver(buffer);
}

const transfer: unknown = Reflect.get(ArrayBuffer.prototype, "transfer");
const takeOver =
  typeof transfer === "function" ? (buffer: ArrayBuffer) => transfer.call(buffer) : detachByStream();

/** Before ArrayBuffer.prototype.transfer (Node 22): a byte stream takes the buffer of every chunk over (Streams Standard, TransferArrayBuffer). */
function detachByStream(): (buffer: ArrayBuffer) => void {
  let controller: ReadableByteStreamController | undefined;
  const stream = new ReadableStream({
    type: "bytes",
    start(own) {
      controller = own;
    },
  });
  const reader = stream.getReader();
  return (buffer) => {
    // The pending read takes the chunk straight away, so that the stream keeps nothing.
    void reader.read();
    controller?.enqueue(new Uint8Array(buffer));
  };
}
