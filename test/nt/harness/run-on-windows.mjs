export async function runOnWindows() {
  throw new Error("x");
}
