/** packages/security, which the nt kernel uses in place of advapi32's calls, held against those calls. */
import { defaultKernel } from "@ncalrpc/alpc";
import {
  accessCheck,
  formatSddl,
  parseSddl,
  portRights,
  securityDescriptorFromBytes,
  securityDescriptorToBytes,
  wellKnownSids,
} from "@ncalrpc/security";
import { describe, expect, it } from "vitest";
import { bytesOfSddl, grantedBySystem } from "../../../packages/alpc/test/nt/advapi32.js";
import { ThreadToken } from "../../../packages/alpc/test/nt/thread-token.js";

const own = defaultKernel().currentToken().user;
const descriptors = [
  "D:",
  "D:(A;;GA;;;WD)",
  "D:(A;;GR;;;SY)",
  "D:(A;;GX;;;WD)",
  "D:(A;;0x1;;;BA)",
  "D:(D;;0x1;;;BA)(A;;GA;;;WD)",
  "D:(A;;GA;;;WD)(D;;GA;;;WD)",
  "D:(A;OICIIO;GA;;;WD)",
  "D:(A;OICI;GA;;;BU)(A;;RC;;;AU)",
  "D:(A;;GRGW;;;IU)",
  `D:(A;;GA;;;${own})`,
  `D:(D;;GA;;;${own})(A;;GA;;;WD)`,
  "D:(A;;GA;;;S-1-5-21-1-2-3-4711)",
  "D:(A;;SDRCWDWO;;;BA)",
  "D:(A;;0x1f0001;;;AN)",
].map((dacl) => `O:SYG:BA${dacl}`);

describe("security descriptors", () => {
  it.each(descriptors)("%s is to us what it is to advapi32", (sddl) => {
    const ours = parseSddl(sddl);
    expect(formatSddl(securityDescriptorFromBytes(bytesOfSddl(sddl)))).toBe(formatSddl(ours));
    expect(formatSddl(securityDescriptorFromBytes(securityDescriptorToBytes(ours)))).toBe(formatSddl(ours));
  });

  // Not asked about, as Wine 8 errs there: owners whom the list does not grant everything, and groups for denying only that a
  // denied ACE names (MS-DTYP 2.5.3.2).
  it("grant what the system's access check grants, to a token and to a restricted copy", () => {
    const kernel = defaultKernel();
    using token = ThreadToken.copyOfProcess();
    using restricted = token.without(wellKnownSids.authenticatedUsers);
    const wanted = [portRights.connect, 0x2_0000, 0x1_0001, portRights.allAccess];
    const differences: string[] = [];
    let count = 0;
    for (const worn of [token, restricted]) {
      const identity = worn.wear(() => kernel.currentToken());
      for (const sddl of descriptors) {
        const descriptor = parseSddl(sddl);
        const bytes = securityDescriptorToBytes(descriptor);
        for (const desired of wanted) {
          const ours = accessCheck(identity, descriptor, desired, portRights.mapping);
          const system = grantedBySystem(bytes, worn.handle, desired);
          if (ours.grantedAccess !== system)
            differences.push(`${sddl}: ${desired}, ${ours.grantedAccess}, ${system}`);
          count += system === 0 ? 0 : 1;
        }
      }
    }
    expect(differences).toEqual([]);
    expect(count).toBeGreaterThan(30);
  });
});
