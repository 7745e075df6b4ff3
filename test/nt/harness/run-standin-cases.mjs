import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildProgram } from "../standin/build.mjs";
import { checkHeaders } from "./check-headers.mjs";
import { reportOf } from "./collect.mjs";
import { runLogged, tell } from "./run-one.mjs";

const cases = fileURLToPath(new URL("../standin-test", import.meta.url));

/** The stand-in's own tests, programs in C that use it as the fact sheet says: they must hold before anything else means something. */
export async function runStandinCases(session, { compiler, dist, reports, importLibrary }) {
  const run = { name: "stand-in" };
  const program = join(dist, "standin-test.exe");
  buildProgram(cases, program, importLibrary);
  const started = performance.now();
  const stop = () => session.close();
  const { output } = await runLogged(join(reports, "stand-in.log"), stop, (stdio) =>
    session.spawn(program, [], { cwd: dist, stdio }),
  );
  const results = [...output.matchAll(/^(ok|FAIL) +(\S+)/gm)].map(([, verdict, title]) => ({
    title,
    message: verdict === "ok" ? "" : "see the output",
  }));
  const isWhole = /^0 of \d+ cases failed/m.test(output);
  if (!isWhole) process.stdout.write(output);
  return tell(
    run,
    started,
    reportOf(run, [
      ...results,
      { title: "all cases were run", message: isWhole ? "" : "no" },
      {
        title: "the layouts of the nt kernel are those of the compiler's headers",
        message: checkHeaders(compiler, dist),
      },
    ]),
  );
}
