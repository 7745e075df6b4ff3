/** ALPC_MESSAGE_ATTRIBUTES: the attributes follow in descending order of the bits of AllocatedAttributes. */
export const ALPC_MESSAGE_ATTRIBUTES = {
  size: 0x8,
  AllocatedAttributes: 0x00,
  ValidAttributes: 0x04,
} as const;

export const SECURITY_ATTR = { size: 0x18, Flags: 0x00, QoS: 0x08, ContextHandle: 0x10 } as const;
export const VIEW_ATTR = {
  size: 0x20,
  Flags: 0x00,
  SectionHandle: 0x08,
  ViewBase: 0x10,
  ViewSize: 0x18,
} as const;
export const CONTEXT_ATTR = {
  size: 0x20,
  PortContext: 0x00,
  MessageContext: 0x08,
  Sequence: 0x10,
  MessageId: 0x14,
  CallbackId: 0x18,
} as const;
/** Handle and ObjectType are address and count of ALPC_HANDLE_ATTR32 records where Flags has INDIRECT. */
export const HANDLE_ATTR = {
  size: 0x18,
  Flags: 0x00,
  Handle: 0x08,
  ObjectType: 0x10,
  DesiredAccess: 0x14,
} as const;
export const HANDLE_ATTR32 = {
  size: 0x10,
  Flags: 0x00,
  Handle: 0x04,
  ObjectType: 0x08,
  DesiredAccess: 0x0c,
} as const;
export const TOKEN_ATTR = { size: 0x18, TokenId: 0x00, AuthenticationId: 0x08, ModifiedId: 0x10 } as const;
export const DIRECT_ATTR = { size: 0x8, Event: 0x00 } as const;
export const WORK_ON_BEHALF_OF_ATTR = { size: 0x8, ThreadId: 0x00, ThreadCreationTimeLow: 0x04 } as const;

/** Bits of AllocatedAttributes and ValidAttributes, and the size of what each stands for. */
export const Attribute = {
  SECURITY: 0x8000_0000,
  VIEW: 0x4000_0000,
  CONTEXT: 0x2000_0000,
  HANDLE: 0x1000_0000,
  TOKEN: 0x0800_0000,
  DIRECT: 0x0400_0000,
  WORK_ON_BEHALF_OF: 0x0200_0000,
} as const;
export type AttributeName = keyof typeof Attribute;

export const attributeSize: Record<AttributeName, number> = {
  SECURITY: SECURITY_ATTR.size,
  VIEW: VIEW_ATTR.size,
  CONTEXT: CONTEXT_ATTR.size,
  HANDLE: HANDLE_ATTR.size,
  TOKEN: TOKEN_ATTR.size,
  DIRECT: DIRECT_ATTR.size,
  WORK_ON_BEHALF_OF: WORK_ON_BEHALF_OF_ATTR.size,
};
