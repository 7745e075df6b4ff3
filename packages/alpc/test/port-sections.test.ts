import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import type { AlpcError } from "../src/error.js";
import { ClientSections } from "../src/linux/client-sections.js";
import { C, loadLibC } from "../src/linux/libc.js";
import type { MemoryMode } from "../src/linux/mapped-memory.js";
import { SECTION_IDLE_TIME } from "../src/linux/port-sections.js";
import { ServerSections } from "../src/linux/server-sections.js";
import { SectionQuota } from "../src/section-quota.js";
import type { View } from "../src/view.js";

const KiB = 1024;
const libc = loadLibC();

/** Both sides of a connection whose control messages arrive at once, except where `hold` keeps them back. */
class Pair implements Disposable {
  readonly server: ServerSections;
  readonly client: ClientSections;
  readonly sent: string[] = [];
  readonly user = new SectionQuota(1024 * KiB, "the user");
  readonly quota: SectionQuota;
  readonly #before = Pair.resources();

  constructor(mode: MemoryMode = "mapped", limit = 512 * KiB) {
    this.quota = new SectionQuota(limit, "the connection", this.user);
    this.server = new ServerSections(
      {
        sendSection: (id, kind, size, fd) => {
          this.sent.push(`section ${id} ${kind} ${size / KiB}`);
          this.client.onSection(id, kind, size, fd);
        },
        sendSectionRefused: ({ status, message }) => {
          this.sent.push("refused");
          this.client.onSectionRefused(status, message);
        },
        sendViewReleased: (id) => this.client.onViewReleased(id),
        sendSectionDropped: (id) => {
          this.sent.push(`server drops ${id}`);
          this.client.onSectionDropped(id);
        },
      },
      { libc, mode, maxSectionSize: 256 * KiB, quota: this.quota },
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
      { libc, mode, maxViewSize: 256 * KiB, quota: new SectionQuota(limit, "the client") },
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

  toServer(view: View): View {
    return this.server.receive(this.client.send(view));
  }

  toClient(view: View): View {
    return this.client.receive(this.server.send(view));
  }

  [Symbol.dispose](): void {
    this.client.close();
    this.server.close();
    expect(this.quota.used).toBe(0);
    expect(this.user.used).toBe(0);
    expect(Pair.resources()).toEqual(this.#before);
  }
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
      const reply = pair.server.allocate(200 * KiB);
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
    expect(pair.quota.used).toBe(384 * KiB);
  });

  test("closing either side detaches every view that is out", async () => {
    using pair = new Pair(mode);
    const request = await pair.client.allocate(10);
    const seen = pair.toServer(await pair.client.allocate(10));
    const reply = pair.server.allocate(10);
    const answer = pair.toClient(pair.server.allocate(10));
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
  pair.client.onSectionRefused = () => {};
  pair.server.onSectionWanted = () => {};
  await expect(view).rejects.toEqual(refused("PORT_DISCONNECTED"));
});

describe("under a limit", () => {
  test("no view is larger than a section may be", () => {
    using pair = new Pair();
    expect(() => pair.client.allocate(256 * KiB + 1)).toThrow(refused("QUOTA_EXCEEDED"));
    expect(() => pair.server.allocate(256 * KiB + 1)).toThrow(refused("QUOTA_EXCEEDED"));
    pair.server.allocate(256 * KiB).release();
  });

  test("when all are in use, the next one is refused, and the others are not harmed", async () => {
    using pair = new Pair("mapped", 256 * KiB);
    const held = [await pair.client.allocate(128 * KiB), pair.server.allocate(128 * KiB)];
    await expect(pair.client.allocate(1)).rejects.toEqual(refused("QUOTA_EXCEEDED"));
    expect(() => pair.server.allocate(1)).toThrow(refused("QUOTA_EXCEEDED"));
    expect(held.map((view) => view.bytes.length)).toEqual([128 * KiB, 128 * KiB]);
  });

  test("a free section that is too large is used rather than nothing", async () => {
    using pair = new Pair("mapped", 256 * KiB);
    (await pair.client.allocate(128 * KiB)).release();
    pair.server.allocate(128 * KiB).release();
    expect((await pair.client.allocate(1)).size).toBe(1);
    expect(pair.server.allocate(1).size).toBe(1);
    expect(pair.sent).toEqual(["section 1 request 128", "section 2 reply 128", "refused"]);
  });

  test("free sections that are too small make room", async () => {
    using pair = new Pair("mapped", 256 * KiB);
    (await pair.client.allocate(1)).release();
    expect((await pair.client.allocate(256 * KiB)).size).toBe(256 * KiB);
    expect(pair.sent).toEqual(["section 1 request 64", "refused", "client drops 1", "section 2 request 256"]);
    const other = new Pair("mapped", 256 * KiB);
    other.server.allocate(1).release();
    expect(other.server.allocate(256 * KiB).size).toBe(256 * KiB);
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
    const released = pair.server.allocate(1);
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
    pair.server.allocate(1).release();
    const kept = pair.server.allocate(100 * KiB);
    expect([pair.client.count, pair.server.count]).toEqual([3, 3]);
    vi.advanceTimersByTime(2 * SECTION_IDLE_TIME + 1);
    expect([pair.client.count, pair.server.count]).toEqual([1, 1]);
    expect(pair.sent.slice(3).sort()).toEqual(["client drops 1", "server drops 2"]);
    expect(kept.bytes.length).toBe(100 * KiB);
    expect(pair.quota.used).toBe(128 * KiB);
  } finally {
    vi.useRealTimers();
  }
});
