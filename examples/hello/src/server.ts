import { RpcServer } from "@ncalrpc/runtime";
import { Hello } from "./gen/hello.js";

const server = new RpcServer({ endpoint: "hello" });
server.register(Hello, {
  greet: (name, call) => ({
    greeting: `Hello ${name}, you are ${call.caller.user} in process ${call.caller.pid}`,
  }),
});
await server.listen();
process.once("SIGTERM", () => void server.close());
