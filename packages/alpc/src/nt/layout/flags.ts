/** ALPC_PORT_ATTRIBUTES.Flags. */
export const PortFlags = {
  ALLOW_IMPERSONATION: 0x1_0000,
  ALLOW_LPC_REQUESTS: 0x2_0000,
  WAITABLE_PORT: 0x4_0000,
  ALLOW_DUP_OBJECT: 0x8_0000,
  ALLOW_MULTIHANDLE_ATTRIBUTE: 0x200_0000,
} as const;

/** Flags of NtAlpcSendWaitReceivePort and NtAlpcConnectPort. */
export const MessageFlags = { RELEASE_MESSAGE: 0x1_0000, SYNC_REQUEST: 0x2_0000 } as const;

/** PORT_MESSAGE.Type beside the kind. */
export const TypeFlags = { KIND: 0xff, CONTINUATION_REQUIRED: 0x2000 } as const;

export const ViewFlags = {
  UNMAP_EXISTING: 0x1_0000,
  AUTO_RELEASE: 0x2_0000,
  SECURED_ACCESS: 0x4_0000,
} as const;
export const HandleFlags = { SAME_ACCESS: 0x1_0000, SAME_ATTRIBUTES: 0x2_0000, INDIRECT: 0x4_0000 } as const;
/** Flags of NtAlpcCreatePortSection. */
export const SectionFlags = { SECURE: 0x4_0000 } as const;

/** Flags of NtAlpcCancelMessage. The name is the headers'; what it does is an open question. */
export const CancelFlags = { NO_CONTEXT_CHECK: 0x8 } as const;

/** Kinds of objects in DupObjectTypes and ALPC_HANDLE_ATTR.ObjectType. */
export const ObjectType = {
  FILE: 0x1,
  THREAD: 0x4,
  SEMAPHORE: 0x8,
  EVENT: 0x10,
  PROCESS: 0x20,
  MUTANT: 0x40,
  SECTION: 0x80,
  KEY: 0x100,
  TOKEN: 0x200,
  COMPOSITION: 0x400,
  JOB: 0x800,
} as const;
export const ALL_OBJECT_TYPES = 0xffd;

/** Classes of NtAlpcSetInformation, NtAlpcQueryInformation and NtAlpcQueryInformationMessage. */
export const PortInformation = { ASSOCIATE_COMPLETION_PORT: 2, SERVER_SESSION: 12 } as const;
export const MessageInformation = { SID: 0, HANDLE: 3 } as const;
