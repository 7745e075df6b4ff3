import { ownStatus } from "../harness/status.js";
import { samplePayload } from "../sample-payload.js";
import type { Channel, Status, StatusQuery } from "../system.js";
import type { CallTable } from "./call-table.js";

/** What is asked over a channel that carries JavaScript values: a thread's, or a child process's. */
export interface MessageRequest {
  readonly id: number;
  readonly method: "echo" | "upload" | "download" | "status";
  readonly data?: Uint8Array;
  readonly length?: number;
  readonly query?: StatusQuery;
}

export interface MessageResponse {
  readonly id: number;
  readonly data?: Uint8Array;
  readonly length?: number;
  readonly status?: Status;
}

/** The client's end: `send` posts a request, whose response settles its call in `calls`. */
export function messageChannel(
  calls: CallTable<MessageResponse>,
  send: (request: MessageRequest) => void,
  close: Channel["close"],
): Channel {
  const call = (request: Omit<MessageRequest, "id">): Promise<MessageResponse> =>
    calls.call((id) => send({ id, ...request }));
  return {
    call: (data) => call({ method: "echo", data }),
    echo: async (data) => (await call({ method: "echo", data })).data ?? new Uint8Array(),
    upload: async (data) => (await call({ method: "upload", data })).length ?? -1,
    download: async (length) => (await call({ method: "download", length })).data?.length ?? -1,
    serverStatus: async (query) => {
      const { status } = await call({ method: "status", query });
      if (status === undefined) throw new Error("the server did not tell its status");
      return status;
    },
    close,
  };
}

/** What the server answers. */
export function answerMessage(request: MessageRequest): MessageResponse {
  const { id, method, data = new Uint8Array(), length = 0, query = {} } = request;
  switch (method) {
    case "echo":
      return { id, data };
    case "upload":
      return { id, length: data.length };
    case "download":
      return { id, data: samplePayload(length) };
    case "status":
      return { id, status: ownStatus(query) };
  }
}
