/** Structures and numbers of tokens (winnt.h), 64-bit. Not in the ALPC fact sheet: documented by the Windows SDK. */
export const SID_AND_ATTRIBUTES = { size: 0x10, Sid: 0x00, Attributes: 0x08 } as const;
/** TOKEN_GROUPS: the entries start at `size`. */
export const TOKEN_GROUPS = { size: 0x8, GroupCount: 0x00 } as const;
export const TOKEN_STATISTICS = {
  size: 0x38,
  TokenId: 0x00,
  AuthenticationId: 0x08,
  ModifiedId: 0x30,
} as const;

/** TOKEN_INFORMATION_CLASS. */
export const TokenInformation = {
  USER: 1,
  GROUPS: 2,
  IMPERSONATION_LEVEL: 9,
  STATISTICS: 10,
  RESTRICTED_SIDS: 11,
  SESSION_ID: 12,
  INTEGRITY_LEVEL: 25,
} as const;

/** SE_GROUP_* of SID_AND_ATTRIBUTES.Attributes. */
export const GroupFlags = { ENABLED: 0x4, USE_FOR_DENY_ONLY: 0x10 } as const;

/** Pseudo handles. */
export const CURRENT_PROCESS = -1;
export const CURRENT_THREAD = -2;

/** THREADINFOCLASS. */
export const THREAD_IMPERSONATION_TOKEN = 5;
