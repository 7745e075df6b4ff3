import { isAlpcError, parsePortName } from "@ncalrpc/alpc";

/** Endpoints of servers that run in this thread, and how many serve each. */
const endpoints = new Map<string, number>();

/** Notes that a server of this thread serves an endpoint, until the result is disposed. */
export function noteLocalServer(endpoint: string): Disposable {
  const key = keyOf(endpoint);
  endpoints.set(key, (endpoints.get(key) ?? 0) + 1);
  return {
    [Symbol.dispose]: () => {
      const others = (endpoints.get(key) ?? 1) - 1;
      if (others === 0) {
        endpoints.delete(key);
      } else {
        endpoints.set(key, others);
      }
    },
  };
}

/** Whether the server at an endpoint, of process `pid`, runs in this thread: it can't answer while the thread waits for it. */
export function isLocalServer(endpoint: string, pid: number): boolean {
  return pid === process.pid && endpoints.has(keyOf(endpoint));
}

function keyOf(endpoint: string): string {
  try {
    const parsed = parsePortName(endpoint);
    return parsed.kind === "path" ? parsed.path : parsed.name;
  } catch (error) {
    if (isAlpcError(error)) {
      return endpoint;
    }
    throw error;
  }
}
