/**
 * Structures of the NT kernel as a 64-bit process sees them: octet offsets by field, and `size`. Little endian. Field names are
 * those of the system's headers.
 */
export const UNICODE_STRING = { size: 0x10, Length: 0x00, MaximumLength: 0x02, Buffer: 0x08 } as const;

export const OBJECT_ATTRIBUTES = {
  size: 0x30,
  Length: 0x00,
  RootDirectory: 0x08,
  ObjectName: 0x10,
  Attributes: 0x18,
  SecurityDescriptor: 0x20,
  SecurityQualityOfService: 0x28,
} as const;

export const CLIENT_ID = { size: 0x10, UniqueProcess: 0x00, UniqueThread: 0x08 } as const;

export const SECURITY_QUALITY_OF_SERVICE = {
  size: 0xc,
  Length: 0x00,
  ImpersonationLevel: 0x04,
  ContextTrackingMode: 0x08,
  EffectiveOnly: 0x09,
} as const;

export const IO_STATUS_BLOCK = { size: 0x10, Status: 0x00, Information: 0x08 } as const;

export const FILE_IO_COMPLETION_INFORMATION = {
  size: 0x20,
  KeyContext: 0x00,
  ApcContext: 0x08,
  IoStatus: 0x10,
  IoInformation: 0x18,
} as const;

/** OBJ_ flags of OBJECT_ATTRIBUTES.Attributes. */
export const ObjectFlags = { CASE_INSENSITIVE: 0x40 } as const;

/** SECURITY_IMPERSONATION_LEVEL. */
export const ImpersonationLevel = {
  ANONYMOUS: 0,
  IDENTIFICATION: 1,
  IMPERSONATION: 2,
  DELEGATION: 3,
} as const;
