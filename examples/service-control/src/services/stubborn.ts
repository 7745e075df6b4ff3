// Does not end when it is asked to: only SIGKILL helps.
process.on("SIGTERM", () => console.log("not yet"));
console.log("ready");
setInterval(() => {}, 1 << 30);
