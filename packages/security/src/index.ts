export { type AccessDecision, type AccessDenial, accessCheck } from "./access-check.js";
export {
  accessRights,
  type GenericMapping,
  mapGenericRights,
  nameRights,
  type ObjectRights,
} from "./access-rights.js";
export {
  type Ace,
  type AceScope,
  type AllowedAce,
  type AuditAce,
  aceFlags,
  type DaclAce,
  type DeniedAce,
  labelPolicy,
  type MandatoryLabelAce,
  type SaclAce,
} from "./ace.js";
export { describeDenial } from "./describe-denial.js";
export { describeSecurityDescriptor } from "./describe-security-descriptor.js";
export { describeSid, type NameResolver } from "./describe-sid.js";
export { type DescriptorOptions, ownerOnly, securityDescriptor } from "./descriptor-builder.js";
export { formatSddl } from "./format-sddl.js";
export { methodRights } from "./method-rights.js";
export { type ParseSddlOptions, parseSddl } from "./parse-sddl.js";
export { portRights } from "./port-rights.js";
export { SddlError } from "./sddl-error.js";
export { type Acl, aclFlags, type SecurityDescriptor } from "./security-descriptor.js";
export { securityDescriptorFromBytes, securityDescriptorToBytes } from "./security-descriptor-bytes.js";
export { SecurityFormatError } from "./security-format-error.js";
export { MAX_SID_BYTES, Sid } from "./sid.js";
export { Token, type TokenRecord } from "./token.js";
export { unixGidOf, unixGroup, unixUidOf, unixUser } from "./unix-sids.js";
export { type UnixIdentity, unixToken } from "./unix-token.js";
export { integrityLevels, wellKnownSids } from "./well-known-sids.js";
