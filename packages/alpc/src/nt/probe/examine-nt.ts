import { compare, type Finding, note } from "../../finding.js";
import { type AlpcLibrary, bindAll, type Pointer } from "../alpc-library.js";
import { OSVERSIONINFOW } from "../layout/version-structure.js";
import { ownMemory } from "../structures.js";
import { probeIdentity } from "./probe-identity.js";
import { probeLayout } from "./probe-layout.js";
import { probeLifecycle } from "./probe-lifecycle.js";
import { probeQuestions } from "./probe-questions.js";

/**
 * Looks at this Windows: its build, the layouts, the lifecycle, identities and the open questions, with ports of its own. `library` is where
 * `alpc` comes from. Does not reject.
 */
export async function examineNt(alpc: AlpcLibrary, library: string): Promise<Finding[]> {
  return [
    windowsVersion(),
    note("system", "Node.js", `${process.version}, ${process.arch}`),
    ...(await attempt("structure layout", async () => probeLayout(alpc))),
    ...(await attempt("message lifecycle", () => probeLifecycle(alpc, library))),
    ...(await attempt("identity", () => probeIdentity(alpc, library))),
    ...(await probeQuestions(alpc, library)),
  ];
}

async function attempt(topic: string, probe: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await probe();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [compare(topic, "all of it", "probed", message)];
  }
}

/** RtlGetVersion, which tells the truth to every program. */
function windowsVersion(): Finding {
  const { RtlGetVersion } = bindAll<{ RtlGetVersion(version: Pointer): number }>("ntdll.dll", {
    RtlGetVersion: ["void *"],
  });
  const version = ownMemory(OSVERSIONINFOW.size);
  version.writeUInt32LE(OSVERSIONINFOW.size, OSVERSIONINFOW.OSVersionInfoSize);
  RtlGetVersion(version);
  const [major, minor, build] = [
    OSVERSIONINFOW.MajorVersion,
    OSVERSIONINFOW.MinorVersion,
    OSVERSIONINFOW.BuildNumber,
  ].map((at) => version.readUInt32LE(at));
  return note("system", "Windows", `${major}.${minor}, build ${build}`);
}
