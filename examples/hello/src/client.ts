import { Hello } from "./gen/hello.js";

await using hello = await Hello.connect("ncalrpc:[hello]");
const { greeting } = await hello.greet(process.argv[2] ?? "world", { timeout: 1_000 });
console.log(greeting);
