/** PORT_MESSAGE of a 64-bit process; the payload follows. */
export const PORT_MESSAGE = {
  size: 0x28,
  DataLength: 0x00,
  TotalLength: 0x02,
  Type: 0x04,
  DataInfoOffset: 0x06,
  UniqueProcess: 0x08,
  UniqueThread: 0x10,
  MessageId: 0x18,
  CallbackId: 0x20,
} as const;

/** PORT_DATA_INFORMATION: the entries start at `size`. */
export const PORT_DATA_INFORMATION = { size: 0x8, Count: 0x00 } as const;
export const PORT_DATA_ENTRY = { size: 0x10, Base: 0x00, Size: 0x08 } as const;

export const ALPC_PORT_ATTRIBUTES = {
  size: 0x48,
  Flags: 0x00,
  SecurityQos: 0x04,
  MaxMessageLength: 0x10,
  MemoryBandwidth: 0x18,
  MaxPoolUsage: 0x20,
  MaxSectionSize: 0x28,
  MaxViewSize: 0x30,
  MaxTotalSectionSize: 0x38,
  DupObjectTypes: 0x40,
  Reserved: 0x44,
} as const;

/** Information about a port, and about a message. */
export const ALPC_PORT_ASSOCIATE_COMPLETION_PORT = {
  size: 0x10,
  CompletionKey: 0x00,
  CompletionPort: 0x08,
} as const;
export const ALPC_SERVER_SESSION_INFORMATION = { size: 0x8, SessionId: 0x00, ProcessId: 0x04 } as const;
export const ALPC_MESSAGE_HANDLE_INFORMATION = {
  size: 0x14,
  Index: 0x00,
  Flags: 0x04,
  Handle: 0x08,
  ObjectType: 0x0c,
  GrantedAccess: 0x10,
} as const;
