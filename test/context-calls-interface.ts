import { type CallOptions, Client, defineInterface, type ServerCall } from "@ncalrpc/runtime/codegen-v1";
import { z } from "@ncalrpc/runtime/schema-v1";

/** What the suite's interface does with states; all methods may answer later. */
export interface Handlers {
  open(call: ServerCall): object | Promise<object>;
  use(state: object, call: ServerCall): number | Promise<number>;
  useBoth(one: object, other: object, call: ServerCall): number | Promise<number>;
  /** Two states, and a number that has to be encoded. */
  openBoth(): { one: object; other: object; value: number };
  ping(): number;
  write(state: object, place: number, bytes: Uint8Array, call: ServerCall): number | Promise<number>;
}

/** As the generator would have it, with two handles in one method. */
export class StatesClient extends Client {
  open(): Promise<string | null> {
    return this.call(
      0,
      undefined,
      () => {},
      (r) => r.contextHandle(),
      undefined,
    );
  }

  use(id: string, options?: CallOptions): Promise<number> {
    return this.call(
      1,
      id,
      (w, handle) => w.contextHandle(handle),
      (r) => r.uint32(),
      options,
    );
  }

  useBoth(ids: readonly [string, string], options?: CallOptions): Promise<number> {
    return this.call(
      2,
      ids,
      (w, [one, other]) => {
        w.contextHandle(one);
        w.contextHandle(other);
      },
      (r) => r.uint32(),
      options,
    );
  }

  openBoth(): Promise<number> {
    return this.call(
      3,
      undefined,
      () => {},
      (r) => {
        r.contextHandle();
        r.contextHandle();
        return r.uint32();
      },
      undefined,
    );
  }

  ping(): Promise<number> {
    return this.call(
      4,
      undefined,
      () => {},
      (r) => r.uint32(),
      undefined,
    );
  }

  write(id: string, place: number, bytes: Uint8Array): Promise<number> {
    return this.call(
      5,
      { id, place, bytes },
      (w, request) => {
        w.contextHandle(request.id);
        w.uint32(request.place);
        w.count(request.bytes.length);
        w.bytes(request.bytes);
      },
      (r) => r.uint32(),
      undefined,
    );
  }
}

export const States = defineInterface({
  name: "States",
  uuid: "b1b5a6f4-3c38-4e0f-8a56-7f1f0c2d9e77",
  version: { major: 1, minor: 0 },
  endpoints: [],
  client: StatesClient,
  // No result of openBoth is right.
  schemas: async () => ({
    open: { request: z.unknown(), response: z.unknown() },
    openBoth: { request: z.unknown(), response: z.never() },
  }),
  methods: [
    {
      name: "open",
      opnum: 0,
      parameters: [],
      serve: (handlers: Handlers, _r, call) =>
        call.respond(handlers.open(call), (w, state) => w.contextHandle(call.contextId("STATE", state))),
    },
    {
      name: "use",
      opnum: 1,
      parameters: [],
      serve: (handlers: Handlers, r, call) =>
        call.respond(handlers.use(call.context("STATE", r.contextHandle()), call), (w, v) => w.uint32(v)),
    },
    {
      name: "useBoth",
      opnum: 2,
      parameters: [],
      serve: (handlers: Handlers, r, call) => {
        const [one, other] = [r.contextHandle(), r.contextHandle()];
        const result = handlers.useBoth(call.context("STATE", one), call.context("STATE", other), call);
        call.respond(result, (w, value) => w.uint32(value));
      },
    },
    {
      name: "openBoth",
      opnum: 3,
      parameters: [],
      serve: (handlers: Handlers, _r, call) =>
        call.respond(handlers.openBoth(), (w, result) => {
          const ids = [call.contextId("STATE", result.one), call.contextId("STATE", result.other)];
          for (const id of ids) {
            w.contextHandle(id);
          }
          w.uint32(result.value);
        }),
    },
    {
      name: "ping",
      opnum: 4,
      parameters: [],
      serve: (handlers: Handlers, _r, call) => call.respond(handlers.ping(), (w, value) => w.uint32(value)),
    },
    {
      name: "write",
      opnum: 5,
      parameters: [],
      serve: (handlers: Handlers, r, call) => {
        const state = call.context("STATE", r.contextHandle());
        const result = handlers.write(state, r.uint32(), r.bytes(r.count(1)), call);
        call.respond(result, (w, value) => w.uint32(value));
      },
    },
  ],
});
