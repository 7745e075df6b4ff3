// Counts the seconds, a little faster.
let count = 0;
setInterval(() => console.log(`tick ${++count}`), Number(process.env["TICK"] ?? 1_000));
