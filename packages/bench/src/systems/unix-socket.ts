import { once } from "node:events";
import { connect, type Server, type Socket } from "node:net";

/** Resolves once the server listens at the path. */
export async function listenAt(server: Pick<Server, "listen" | "once">, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
}

/** Resolves with the connected socket. */
export async function connectTo(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, "connect");
  return socket;
}
