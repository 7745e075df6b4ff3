import type { SecurityDescriptor, Token } from "@ncalrpc/security";
import { wellKnownSids } from "@ncalrpc/security";
import { afterEach, describe, expect, it } from "vitest";
import {
  type CommunicationPort,
  type ConnectAttributes,
  type ConnectionPort,
  type Kernel,
  MessageType,
  type ReceivedMessage,
} from "../../src/index.js";
import { eventually, message, PortClient } from "../port-client.js";
import { ThreadToken } from "./thread-token.js";

const { authenticatedUsers } = wellKnownSids;
const denied = expect.objectContaining({ status: "ACCESS_DENIED" });

/** A client in a process of its own, which changes who it is: `steps` in order, one request at each; resolves at its end. */
export type TokenClient = (name: string, tracking: "static" | "dynamic", steps: string[]) => Promise<void>;

/** Who a sender is to the server, when that changes: with tokens that Windows makes of the own user's. */
export function identitySuite(
  kernel: Kernel,
  securityDescriptor: SecurityDescriptor,
  runClient: TokenClient,
): void {
  describe("identity that changes", () => {
    let count = 0;
    const servers: ConnectionPort[] = [];
    const serve = (onRequest: (port: CommunicationPort, received: ReceivedMessage) => void) => {
      const name = `identity-${process.pid}-${count++}`;
      const handler = {
        onConnect: (request: { accept(): unknown }) => void request.accept(),
        onMessage: (port: CommunicationPort, received: ReceivedMessage) => {
          if (received.type !== MessageType.REQUEST) return;
          onRequest(port, received);
          const bytes = message("");
          port.send(MessageType.REPLY, bytes, bytes.length, received.messageId, 0);
        },
        onClosed() {},
      };
      servers.push(kernel.createPort(name, { securityDescriptor }, handler));
      return name;
    };
    /** A server that remembers the tokens of its requests. */
    const remember = () => {
      const tokens: Token[] = [];
      return { tokens, name: serve((_port, { token }) => tokens.push(token)) };
    };
    const connect = (name: string, attributes: ConnectAttributes = {}) =>
      PortClient.connect(kernel, name, "", attributes);
    const impersonate = <T>(port: CommunicationPort, id: number, work: () => T): T => {
      if (port.impersonate === undefined) throw new Error("no impersonation");
      return port.impersonate(id, work);
    };
    const capture = (client: PortClient) => {
      const context = client.port.createSecurityContext?.();
      if (context === undefined) throw new Error("no security contexts");
      return context;
    };
    const isRestricted = (token: Token | undefined) =>
      token?.denyOnlySids.some((sid) => sid.equals(authenticatedUsers));
    afterEach(() => {
      for (const server of servers.splice(0)) server.close();
    });

    it("is what it was at connect, with static tracking", async () => {
      const { tokens, name } = remember();
      using own = ThreadToken.copyOfProcess();
      using restricted = own.without(authenticatedUsers);
      const client = await restricted.wear(() => connect(name));
      await client.call("as myself");
      await client.call("again");
      expect(tokens.map(isRestricted)).toEqual([true, true]);
      expect(tokens[1]).toBe(tokens[0]);
      client.port.close();
    });

    it("is found out with every message, with dynamic tracking", async () => {
      const { tokens, name } = remember();
      const steps = ["process", "process", "copy", "restricted", "restricted", "process", "privileges"];
      await runClient(name, "dynamic", steps);
      expect(tokens.map(isRestricted)).toEqual([false, false, false, true, true, false, false]);
      // The same object as long as nothing changes that an access check could ask for.
      expect(tokens[1]).toBe(tokens[0]);
      expect(tokens[4]).toBe(tokens[3]);
      expect(tokens[6]).toBe(tokens[5]);
      expect(tokens[5]?.equals(tokens[0] ?? kernel.currentToken())).toBe(true);
    });

    it("is not asked again with static tracking, whoever sends", async () => {
      const { tokens, name } = remember();
      await runClient(name, "static", ["process", "restricted", "copy", "privileges"]);
      expect(new Set(tokens).size).toBe(1);
      expect(isRestricted(tokens[0])).toBe(false);
    });

    it("is told apart where the own thread wears a restricted copy", () => {
      using own = ThreadToken.copyOfProcess();
      using restricted = own.without(authenticatedUsers);
      const worn = own.wear(() => kernel.currentToken());
      expect(isRestricted(worn)).toBe(false);
      expect(isRestricted(restricted.wear(() => kernel.currentToken()))).toBe(true);
      expect(isRestricted(own.wear(() => kernel.currentToken()))).toBe(false);
    });

    describe("captured in a security context", () => {
      it("is that of the messages that are sent with it, and of no other", async () => {
        const { tokens, name } = remember();
        using own = ThreadToken.copyOfProcess();
        using restricted = own.without(authenticatedUsers);
        const client = await connect(name, { tracking: "dynamic" });
        using context = restricted.wear(() => capture(client));
        for (const securityContext of [undefined, context, context, undefined]) {
          await client.call("x", securityContext && { securityContext });
        }
        expect(tokens.map(isRestricted)).toEqual([false, true, true, false]);
        client.port.close();
      });

      it("carries a server's caller on to the next server, when the call is no longer impersonated", async () => {
        const { tokens, name } = remember();
        const downstream = await connect(name, { tracking: "dynamic" });
        const answers: Promise<unknown>[] = [];
        const upstream = serve((port, received) => {
          const context = impersonate(port, received.messageId, () => capture(downstream));
          answers.push(
            Promise.resolve()
              .then(() => downstream.call("for my caller", { securityContext: context }))
              .finally(() => context[Symbol.dispose]()),
          );
        });
        using own = ThreadToken.copyOfProcess();
        using restricted = own.without(authenticatedUsers);
        const client = await restricted.wear(() => connect(upstream));
        await client.call("go on");
        await Promise.all(answers);
        await downstream.call("for myself");
        expect(tokens.map(isRestricted)).toEqual([true, false]);
        client.port.close();
        downstream.port.close();
      });

      it("ends with revoke, for requests that are open too", async () => {
        const outcomes: unknown[] = [];
        const held: { port: CommunicationPort; id: number }[] = [];
        const name = `identity-held-${process.pid}`;
        servers.push(
          kernel.createPort(
            name,
            { securityDescriptor },
            {
              onConnect: (request) => void request.accept(),
              onMessage: (port, { messageId }) => void held.push({ port, id: messageId }),
              onClosed() {},
            },
          ),
        );
        const client = await connect(name, { tracking: "dynamic" });
        const context = capture(client);
        client.request("hold this", { securityContext: context });
        await eventually(() => held.length === 1);
        const [{ port, id } = { port: client.port, id: 0 }] = held;
        outcomes.push(impersonate(port, id, () => "acted"));
        context.revoke();
        try {
          impersonate(port, id, () => "acted");
        } catch (error) {
          outcomes.push(error);
        }
        expect(outcomes).toEqual(["acted", denied]);
        const invalid = expect.objectContaining({ status: "INVALID_PARAMETER" });
        expect(() => client.request("x", { securityContext: context })).toThrow(invalid);
        context[Symbol.dispose]();
        expect(() => client.request("x", { securityContext: context })).toThrow(invalid);
        // One that nobody disposes of goes with the port: the stand-in would report it.
        capture(client);
        client.port.close();
      });

      it("belongs to one port", async () => {
        const { name } = remember();
        const [one, other] = [await connect(name), await connect(name)];
        using context = capture(one);
        expect(() => other.request("x", { securityContext: context })).toThrow(
          expect.objectContaining({ status: "INVALID_PARAMETER" }),
        );
        one.port.close();
        other.port.close();
      });
    });

    it("may be known but not used, if the client says so", async () => {
      const outcomes: unknown[] = [];
      const users: string[] = [];
      const name = serve((port, { messageId, token }) => {
        users.push(token.user.toString());
        try {
          outcomes.push(impersonate(port, messageId, () => "acted"));
        } catch (error) {
          outcomes.push(error);
        }
      });
      for (const impersonation of ["identification", "impersonation", "delegation"] as const) {
        const client = await connect(name, { impersonation });
        await client.call("who am I");
        client.port.close();
      }
      const { user } = kernel.currentToken();
      expect(users).toEqual(Array(3).fill(user.toString()));
      expect(outcomes).toEqual([denied, "acted", "acted"]);
    });
  });
}
