import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import type { AlpcError } from "../src/error.js";
import { ClientSections } from "../src/linux/client-sections.js";
import { C, loadLibC } from "../src/linux/libc.js";
import type { MemoryMode } from "../src/linux/mapped-memory.js";
import { SECTION_IDLE_TIME } from "../src/linux/port-sections.js";
import { ServerSections } from "../src/linux/server-sections.js";
import { connectionQuotas, SectionQuota } from "../src/section-quota.js";
import type { View } from "../src/view.js";
import { descriptorsClosed } from "./descriptors.js";

const KiB = 1024;
const libc = loadLibC();

/** Both sides of a connection. Control messages arrive at once, but answers to wishes when the server has finished with them. */
class Pair implements Disposable {
  readonly server: ServerSections;
  readonly client: ClientSections;
  readonly sent: string[] = [];
  readonly user = new SectionQuota(1024 * KiB, "the user");
  readonly #before = Pair.resources();

  /** `limit`: octets of sections for each direction. */
  constructor(mode: MemoryMode = "mapped", limit = 512 * KiB) {
    const quotas = connectionQuotas(2 * limit, this.user);
    this.server = new ServerSections(
      {
        sendSection: (id, kind, size, fd) => {
          this.sent.push(`section ${id} ${kind} ${size / KiB}`);
          const arrive = () => this.client.onSection(id, kind, size, fd);
          if (kind === "request") queueMicrotask(arrive);
          else arrive();
        },
        sendSectionRefused: ({ status, message }) => {
          this.sent.push("refused");
          queueMicrotask(() => this.client.onSectionRefused(status, message));
        },
        sendViewReleased: (id) => this.client.onViewReleased(id),
        sendSectionDropped: (id) => {
          this.sent.push(`server drops ${id}`);
          this.client.onSectionDropped(id);
        },
      },
      { libc, mode, maxViewSize: Math.min(256 * KiB, limit), quotas },
    );
    this.client = new ClientSections(
      {
        sendSectionWanted: (size) => queueMicrotask(() => this.server.onSectionWanted(size)),
        sendViewReleased: (id) => this.server.onViewReleased(id),
        sendSectionDropped: (id) => {
          this.sent.push(`client drops ${id}`);
          this.server.onSectionDropped(id);
        },
      },
      {
        libc,
        mode,
        maxViewSize: Math.min(256 * KiB, limit),
        quota: new SectionQuota(2 * limit, "the client"),
      },
    );
  }

  /** Descriptors and section mappings of this process. */
  static resources(): { descriptors: number; mappings: number } {
    const maps = readFileSync("/proc/self/maps", "latin1").split("\n");
    return {
      descriptors: readdirSync("/proc/self/fd").length,
      mappings: maps.filter((line) => line.includes("ncalrpc-section")).length,
    };
  }

  /** A view for the client that there is at once. */
  reply(size: number): View {
    const view = this.server.allocate(size);
    if (view instanceof Promise) throw new Error("the view has to wait");
    return view;
  }

  toServer(view: View): View {
    return this.server.receive(this.client.send(view));
  }

  toClient(view: View): View {
    return this.client.receive(this.server.send(view));
  }

  [Symbol.dispose](): void {
    this.client.close();
    this.server.close();
    expect(this.user.used).toBe(0);
    expect(Pair.resources()).toEqual(this.#before);
  }
}

/** Lets what has been sent arrive. */
const turns = () => new Promise((resolve) => setImmediate(resolve));

function promised(view: View | Promise<View>): Promise<View> {
  if (!(view instanceof Promise)) throw new Error("there is a view at once");
  return view;
}

/** What has become of a view by now; null while it is waited for. */
function settled(view: View | Promise<View>): { outcome: View | Error | null } {
  const state: { outcome: View | Error | null } = { outcome: null };
  promised(view).then(
    (granted) => {
      state.outcome = granted;
    },
    (error: Error) => {
      state.outcome = error;
    },
  );
  return state;
}

/** A VIEW attribute. */
const viewOf = (sectionId: number, size: number) => ({ sectionId, size, offset: 0, isSealed: false });

const refused = (status: AlpcError["status"]) => expect.objectContaining({ name: "AlpcError", status });

describe.each<MemoryMode>(["mapped", "copied"])("%s", (mode) => {
  test("views go both ways, again and again through the same sections", async () => {
    using pair = new Pair(mode);
    for (let round = 1; round <= 20; round++) {
      const request = await pair.client.allocate(100 * KiB);
      expect(request.size).toBe(100 * KiB);
      request.bytes.fill(round);
      const seen = pair.toServer(request);
      expect(request.bytes.length).toBe(0);
      expect(seen.bytes.length).toBe(100 * KiB);
      expect([seen.bytes[0], seen.bytes[100 * KiB - 1]]).toEqual([round, round]);
      const reply = pair.reply(200 * KiB);
      reply.bytes.fill(100 + round);
      seen.release();
      const answer = pair.toClient(reply);
      expect([answer.bytes[0], answer.bytes[200 * KiB - 1]]).toEqual([100 + round, 100 + round]);
      expect(answer.isSecured).toBe(false);
      answer.release();
      answer.release();
      expect([seen.bytes.length, answer.bytes.length, reply.bytes.length]).toEqual([0, 0, 0]);
    }
    expect(pair.sent).toEqual(["section 1 request 128", "section 2 reply 256"]);
    expect(pair.user.used).toBe(384 * KiB);
  });

  test("closing either side detaches every view that is out", async () => {
    using pair = new Pair(mode);
    const request = await pair.client.allocate(10);
    const seen = pair.toServer(await pair.client.allocate(10));
    const reply = pair.reply(10);
    const answer = pair.toClient(pair.reply(10));
    const views = [request, seen, reply, answer];
    expect(views.map((view) => view.bytes.length)).toEqual([10, 10, 10, 10]);
    pair.client.close();
    expect(views.map((view) => view.bytes.length)).toEqual([0, 10, 10, 0]);
    pair.server.close();
    pair.server.close();
    expect(views.map((view) => view.bytes.length)).toEqual([0, 0, 0, 0]);
    for (const view of views) view.release();
    expect(() => pair.server.allocate(1)).toThrow(refused("PORT_DISCONNECTED"));
    expect(() => pair.client.allocate(1)).toThrow(refused("PORT_DISCONNECTED"));
  });
});

test("several wishes at once are each granted", async () => {
  using pair = new Pair();
  const views = await Promise.all([10, 100 * KiB, 10].map((size) => pair.client.allocate(size)));
  expect(views.map((view) => view.size)).toEqual([10, 100 * KiB, 10]);
  expect(new Set(views.map((view) => pair.client.send(view).sectionId)).size).toBe(3);
});

test("a wish that is not granted before the connection closes is rejected", async () => {
  using pair = new Pair();
  const view = pair.client.allocate(10);
  pair.client.close();
  pair.server.onSectionWanted = () => {};
  await expect(view).rejects.toEqual(refused("PORT_DISCONNECTED"));
});

describe("under a limit", () => {
  test("no view is larger than a section may be", () => {
    using pair = new Pair();
    expect(() => pair.client.allocate(256 * KiB + 1)).toThrow(refused("QUOTA_EXCEEDED"));
    expect(() => pair.server.allocate(256 * KiB + 1)).toThrow(refused("QUOTA_EXCEEDED"));
    pair.reply(256 * KiB).release();
  });

  test("when all of a direction are in use, the next one waits, and the other direction does not", async () => {
    using pair = new Pair("mapped", 128 * KiB);
    const request = await pair.client.allocate(128 * KiB);
    const waiting = settled(pair.client.allocate(1));
    const reply = pair.reply(128 * KiB);
    const waitingReply = settled(pair.server.allocate(1));
    await turns();
    expect([waiting.outcome, waitingReply.outcome]).toEqual([null, null]);
    expect(() => pair.server.allocate(1, false)).toThrow(refused("QUOTA_EXCEEDED"));
    await expect(pair.client.allocate(1, false)).rejects.toEqual(refused("QUOTA_EXCEEDED"));
    pair.toServer(request).release();
    pair.toClient(reply).release();
    await turns();
    expect([waiting.outcome, waitingReply.outcome]).toMatchObject([{ size: 1 }, { size: 1 }]);
  });

  test("nobody overtakes, whatever the size", async () => {
    using pair = new Pair("mapped", 256 * KiB);
    const first = await pair.client.allocate(64 * KiB);
    const held = await pair.client.allocate(64 * KiB);
    const order: number[] = [];
    const wait = async (size: number) => {
      const view = await pair.client.allocate(size);
      order.push(size);
      pair.toServer(view).release();
    };
    const all = [200 * KiB, 1, 64 * KiB, 2].map(wait);
    pair.toServer(first).release();
    await turns();
    expect(order).toEqual([]);
    pair.toServer(held).release();
    await Promise.all(all);
    expect(order).toEqual([200 * KiB, 1, 64 * KiB, 2]);
    const replies = [pair.reply(200 * KiB)];
    const late = [1, 64 * KiB, 2].map(async (size) => {
      const view = await pair.server.allocate(size);
      order.push(-size);
      pair.toClient(view).release();
    });
    for (const reply of replies) pair.toClient(reply).release();
    await Promise.all(late);
    expect(order.slice(4)).toEqual([-1, -64 * KiB, -2]);
  });

  test("who gives up waiting leaves nothing, and those behind get their turn", async () => {
    using pair = new Pair("mapped", 128 * KiB);
    const sides = [
      {
        allocate: (size: number) => pair.client.allocate(size),
        side: pair.client,
        pass: (view: View) => pair.toServer(view),
      },
      {
        allocate: (size: number) => pair.server.allocate(size),
        side: pair.server,
        pass: (view: View) => pair.toClient(view),
      },
    ];
    for (const { allocate, side, pass } of sides) {
      const held = await allocate(64 * KiB);
      const large = promised(allocate(128 * KiB));
      const small = settled(allocate(1));
      await turns();
      side.withdraw(large);
      await expect(large).rejects.toEqual(refused("CANCELLED"));
      await turns();
      expect(small.outcome).toMatchObject({ size: 1 });
      const answered = promised(allocate(128 * KiB));
      pass(held).release();
      await turns();
      if (small.outcome instanceof Error || small.outcome === null) throw new Error("there is no view");
      pass(small.outcome).release();
      const view = await answered;
      side.withdraw(answered);
      view.release();
    }
  });

  test("a wish that is withdrawn before the server has answered leaves the section to the next one", async () => {
    using pair = new Pair("mapped", 64 * KiB);
    const first = promised(pair.client.allocate(1));
    const second = pair.client.allocate(1);
    pair.client.withdraw(first);
    await expect(first).rejects.toEqual(refused("CANCELLED"));
    expect((await second).size).toBe(1);
  });

  test("it is refused what no view can come back for", async () => {
    using pair = new Pair("mapped", 256 * KiB);
    pair.user.charge(1024 * KiB - 64 * KiB);
    await expect(pair.client.allocate(65 * KiB)).rejects.toEqual(refused("QUOTA_EXCEEDED"));
    expect(() => pair.server.allocate(65 * KiB)).toThrow(refused("QUOTA_EXCEEDED"));
    (await pair.client.allocate(1)).release();
    pair.user.release(1024 * KiB - 64 * KiB);
  });

  test("a free section that is too large is used rather than nothing", async () => {
    using pair = new Pair("mapped", 128 * KiB);
    (await pair.client.allocate(128 * KiB)).release();
    pair.reply(128 * KiB).release();
    expect((await pair.client.allocate(1)).size).toBe(1);
    expect(pair.reply(1).size).toBe(1);
    expect(pair.sent).toEqual(["section 1 request 128", "section 2 reply 128", "refused"]);
  });

  test("free sections that are too small make room", async () => {
    using pair = new Pair("mapped", 256 * KiB);
    (await pair.client.allocate(1)).release();
    expect((await pair.client.allocate(256 * KiB)).size).toBe(256 * KiB);
    expect(pair.sent).toEqual(["section 1 request 64", "refused", "client drops 1", "section 2 request 256"]);
    const other = new Pair("mapped", 256 * KiB);
    other.reply(1).release();
    expect(other.reply(256 * KiB).size).toBe(256 * KiB);
    expect(other.sent).toEqual(["section 1 reply 64", "server drops 1", "section 2 reply 256"]);
    other.client.close();
    other.server.close();
  });
});

describe("what breaks the protocol", () => {
  const brokenBy = expect.objectContaining({ status: "INVALID_MESSAGE" });

  test("views of sections that are not there, or in use, or too small", async () => {
    using pair = new Pair();
    expect(() => pair.server.receive(viewOf(1, 1))).toThrow(brokenBy);
    const { sectionId } = pair.client.send(await pair.client.allocate(10));
    expect(() => pair.server.receive(viewOf(sectionId, 64 * KiB + 1))).toThrow(
      "a view of 65537 octets in a section of 65536",
    );
    expect(() => pair.client.receive(viewOf(sectionId, 1))).toThrow(brokenBy);
    const view = pair.server.receive(viewOf(sectionId, 10));
    expect(() => pair.server.receive(viewOf(sectionId, 10))).toThrow("in use");
    expect(() => pair.server.onSectionDropped(sectionId)).toThrow(brokenBy);
    view.release();
    expect(() => pair.server.onSectionDropped(99)).toThrow(brokenBy);
    expect(() => pair.server.onViewReleased(sectionId)).toThrow(brokenBy);
    expect(() => pair.client.onViewReleased(sectionId)).toThrow("is not in use");
  });

  test("sections that nobody wanted, unsealed ones, ids that are taken; their descriptors are closed", async () => {
    await descriptorsClosed();
    using pair = new Pair();
    const file = (size: number, seals = 7) => {
      const fd = libc.memfd_create("ncalrpc-section-test", C.MFD_CLOEXEC | C.MFD_ALLOW_SEALING);
      libc.ftruncate(fd, size);
      libc.fcntl(fd, C.F_ADD_SEALS, seals);
      return fd;
    };
    const size = 64 * KiB;
    expect(() => pair.client.onSection(5, "request", size, file(size))).toThrow("not what was asked for");
    expect(() => pair.client.onSection(5, "reply", size, file(size, C.F_SEAL_SHRINK))).toThrow("not sealed");
    pair.client.onSection(5, "reply", size, file(size));
    expect(() => pair.client.onSection(5, "reply", size, file(size))).toThrow("exists already");
    expect(() => pair.client.onSection(6, "reply", 1024 * KiB, file(1024 * KiB))).toThrow(/too many/);
    expect(() => pair.client.onSectionRefused("QUOTA_EXCEEDED", "no")).toThrow("nobody wanted");
    await descriptorsClosed();
  });

  test("views that are not this connection's cannot be sent", async () => {
    using pair = new Pair();
    const view = await pair.client.allocate(1);
    const foreign = {
      size: 1,
      bytes: new Uint8Array(1),
      isSecured: false,
      isSealed: false,
      fill: () => {},
      copyTo: () => {},
      copy: () => Buffer.alloc(1),
      release: () => {},
    };
    expect(() => pair.client.send(foreign)).toThrow(refused("INVALID_PARAMETER"));
    expect(() => pair.server.send(view)).toThrow(refused("INVALID_PARAMETER"));
    pair.client.send(view);
    expect(() => pair.client.send(view)).toThrow(refused("INVALID_PARAMETER"));
    view.release();
    const released = pair.reply(1);
    released.release();
    expect(() => pair.server.send(released)).toThrow(refused("INVALID_PARAMETER"));
  });
});

test("sections that have long been idle go, on both sides", async () => {
  vi.useFakeTimers();
  try {
    using pair = new Pair();
    const pending = pair.client.allocate(1);
    const request = await pending;
    request.release();
    pair.reply(1).release();
    const kept = pair.reply(100 * KiB);
    expect([pair.client.counts, pair.server.counts]).toEqual([
      { own: 1, shown: 2 },
      { own: 2, shown: 1 },
    ]);
    vi.advanceTimersByTime(2 * SECTION_IDLE_TIME + 1);
    expect([pair.client.counts, pair.server.counts]).toEqual([
      { own: 0, shown: 1 },
      { own: 1, shown: 0 },
    ]);
    expect(pair.sent.slice(3).sort()).toEqual(["client drops 1", "server drops 2"]);
    expect(kept.bytes.length).toBe(100 * KiB);
    expect(pair.user.used).toBe(128 * KiB);
  } finally {
    vi.useRealTimers();
  }
});
