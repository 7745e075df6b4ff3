import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as access from "../../../packages/alpc/dist/nt/layout/access-rights.js";
import * as files from "../../../packages/alpc/dist/nt/layout/file-structures.js";
import * as generic from "../../../packages/alpc/dist/nt/layout/generic-structures.js";
import { Status } from "../../../packages/alpc/dist/nt/layout/status.js";
import * as tokens from "../../../packages/alpc/dist/nt/layout/token-structures.js";
import { OSVERSIONINFOW } from "../../../packages/alpc/dist/nt/layout/version-structure.js";

/** What the headers of Windows declare of the layout folder: structures, and numbers under the headers' names. */
const structures = {
  UNICODE_STRING: generic.UNICODE_STRING,
  OBJECT_ATTRIBUTES: generic.OBJECT_ATTRIBUTES,
  CLIENT_ID: generic.CLIENT_ID,
  SECURITY_QUALITY_OF_SERVICE: generic.SECURITY_QUALITY_OF_SERVICE,
  IO_STATUS_BLOCK: generic.IO_STATUS_BLOCK,
  SID_AND_ATTRIBUTES: tokens.SID_AND_ATTRIBUTES,
  TOKEN_STATISTICS: tokens.TOKEN_STATISTICS,
  FILE_STANDARD_INFORMATION: files.FILE_STANDARD_INFORMATION,
  OSVERSIONINFOW,
};
const fieldNames = { OSVersionInfoSize: "dwOSVersionInfoSize", MajorVersion: "dwMajorVersion" };
Object.assign(fieldNames, { MinorVersion: "dwMinorVersion", BuildNumber: "dwBuildNumber" });
const { TokenInformation, GroupFlags } = tokens;
const { DeviceType, FileInformation } = files;
const numbers = {
  OBJ_CASE_INSENSITIVE: generic.ObjectFlags.CASE_INSENSITIVE,
  SecurityAnonymous: generic.ImpersonationLevel.ANONYMOUS,
  SecurityIdentification: generic.ImpersonationLevel.IDENTIFICATION,
  SecurityImpersonation: generic.ImpersonationLevel.IMPERSONATION,
  SecurityDelegation: generic.ImpersonationLevel.DELEGATION,
  TokenUser: TokenInformation.USER,
  TokenGroups: TokenInformation.GROUPS,
  TokenImpersonationLevel: TokenInformation.IMPERSONATION_LEVEL,
  TokenStatistics: TokenInformation.STATISTICS,
  TokenRestrictedSids: TokenInformation.RESTRICTED_SIDS,
  TokenSessionId: TokenInformation.SESSION_ID,
  TokenIntegrityLevel: TokenInformation.INTEGRITY_LEVEL,
  SE_GROUP_ENABLED: GroupFlags.ENABLED,
  SE_GROUP_USE_FOR_DENY_ONLY: GroupFlags.USE_FOR_DENY_ONLY,
  TOKEN_QUERY: access.TOKEN_QUERY,
  IO_COMPLETION_ALL_ACCESS: access.IO_COMPLETION_ALL_ACCESS,
  PROCESS_QUERY_LIMITED_INFORMATION: access.PROCESS_QUERY_LIMITED_INFORMATION,
  PROCESS_VM_READ: access.PROCESS_VM_READ,
  "(PROCESS_VM_OPERATION | PROCESS_VM_WRITE)": access.PROCESS_VM_CHANGE,
  THREAD_QUERY_LIMITED_INFORMATION: access.THREAD_QUERY_LIMITED_INFORMATION,
  FileStandardInformation: FileInformation.STANDARD,
  FileFsDeviceInformation: FileInformation.FS_DEVICE,
  ...Object.fromEntries(Object.entries(DeviceType).map(([name, value]) => [`FILE_DEVICE_${name}`, value])),
  "sizeof(TOKEN_GROUPS) - sizeof(SID_AND_ATTRIBUTES)": tokens.TOKEN_GROUPS.size,
};

/**
 * Holds the layout folder against the compiler's own headers of Windows, a second source beside the fact sheet: answers
 * what differs, "" if nothing does. Statuses that these headers lack are left out.
 */
export function checkHeaders(compiler, folder) {
  const lines = [
    "#define WIN32_NO_STATUS",
    "#define _WIN32_WINNT 0x0A00",
    ...["windows.h", "winioctl.h"].map((name) => `#include <${name}>`),
    "#undef WIN32_NO_STATUS",
    ...["ntstatus.h", "stddef.h", "winternl.h"].map((name) => `#include <${name}>`),
    "#define SAME(a, b) _Static_assert((unsigned long long)(a) == (b), #a)",
  ];
  for (const [name, { size, ...fields }] of Object.entries(structures)) {
    lines.push(`SAME(sizeof(${name}), ${size});`);
    for (const [field, at] of Object.entries(fields)) {
      lines.push(`SAME(offsetof(${name}, ${fieldNames[field] ?? field}), ${at});`);
    }
  }
  for (const [name, value] of Object.entries(numbers)) lines.push(`SAME(${name}, ${value});`);
  for (const [name, value] of Object.entries(Status)) {
    lines.push(`#ifdef STATUS_${name}`, `SAME((unsigned)STATUS_${name}, ${value}u);`, "#endif");
  }
  const source = join(folder, "headers.c");
  writeFileSync(source, `${lines.join("\n")}\n`);
  return spawnSync(compiler, ["-fsyntax-only", source], { encoding: "utf8" }).stderr;
}
