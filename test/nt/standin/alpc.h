/* The structures, flags and statuses of alpc.md sections 2, 3 and 5, for 64-bit processes; every offset is asserted. */
#ifndef STANDIN_ALPC_H
#define STANDIN_ALPC_H

#define WIN32_NO_STATUS
#undef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <stddef.h>
#include <winternl.h>

/* Section 2.2. */
typedef struct PORT_MESSAGE {
  UINT16 DataLength;
  UINT16 TotalLength;
  UINT16 Type;
  UINT16 DataInfoOffset;
  UINT64 UniqueProcess;
  UINT64 UniqueThread;
  UINT32 MessageId;
  UINT32 Padding;
  union {
    UINT64 ClientViewSize;
    UINT32 CallbackId;
  };
} PORT_MESSAGE;

typedef struct PORT_DATA_ENTRY {
  UINT64 Base;
  UINT32 Size;
} PORT_DATA_ENTRY;

typedef struct PORT_DATA_INFORMATION {
  UINT32 Count;
  PORT_DATA_ENTRY Entries[];
} PORT_DATA_INFORMATION;

/* Section 2.3. */
enum {
  TYPE_REQUEST = 1,
  TYPE_REPLY = 2,
  TYPE_DATAGRAM = 3,
  TYPE_PORT_CLOSED = 5,
  TYPE_CONNECTION_REQUEST = 10,
  TYPE_CONNECTION_REPLY = 11,
  TYPE_CANCELED = 12,
  TYPE_CONTINUATION_REQUIRED = 0x2000,
  TYPE_NO_IMPERSONATE = 0x4000,
};

/* Section 2.4. */
typedef struct ALPC_PORT_ATTRIBUTES {
  UINT32 Flags;
  SECURITY_QUALITY_OF_SERVICE SecurityQos;
  SIZE_T MaxMessageLength;
  SIZE_T MemoryBandwidth;
  SIZE_T MaxPoolUsage;
  SIZE_T MaxSectionSize;
  SIZE_T MaxViewSize;
  SIZE_T MaxTotalSectionSize;
  UINT32 DupObjectTypes;
  UINT32 Reserved;
} ALPC_PORT_ATTRIBUTES;

/* Section 2.5. */
typedef struct ALPC_MESSAGE_ATTRIBUTES {
  UINT32 AllocatedAttributes;
  UINT32 ValidAttributes;
} ALPC_MESSAGE_ATTRIBUTES;

#define ATTRIBUTE_SECURITY 0x80000000u
#define ATTRIBUTE_VIEW 0x40000000u
#define ATTRIBUTE_CONTEXT 0x20000000u
#define ATTRIBUTE_HANDLE 0x10000000u
#define ATTRIBUTE_TOKEN 0x08000000u
#define ATTRIBUTE_DIRECT 0x04000000u
#define ATTRIBUTE_WORK_ON_BEHALF_OF 0x02000000u

/* Section 2.6. */
typedef struct ALPC_SECURITY_ATTR {
  UINT32 Flags;
  SECURITY_QUALITY_OF_SERVICE *QoS;
  UINT64 ContextHandle;
} ALPC_SECURITY_ATTR;

typedef struct ALPC_DATA_VIEW_ATTR {
  UINT32 Flags;
  UINT64 SectionHandle;
  void *ViewBase;
  SIZE_T ViewSize;
} ALPC_DATA_VIEW_ATTR;

typedef struct ALPC_CONTEXT_ATTR {
  UINT64 PortContext;
  UINT64 MessageContext;
  UINT32 Sequence;
  UINT32 MessageId;
  UINT32 CallbackId;
  UINT32 Padding;
} ALPC_CONTEXT_ATTR;

typedef struct ALPC_HANDLE_ATTR {
  UINT32 Flags;
  UINT64 Handle; /* or the address of ALPC_HANDLE_ATTR32[] */
  UINT32 ObjectType; /* or the number of handles */
  UINT32 Access;
} ALPC_HANDLE_ATTR;

typedef struct ALPC_HANDLE_ATTR32 {
  UINT32 Flags;
  UINT32 Handle;
  UINT32 ObjectType;
  UINT32 Access;
} ALPC_HANDLE_ATTR32;

typedef struct ALPC_TOKEN_ATTR {
  LUID TokenId;
  LUID AuthenticationId;
  LUID ModifiedId;
} ALPC_TOKEN_ATTR;

typedef struct ALPC_MESSAGE_HANDLE_INFORMATION {
  UINT32 Index;
  UINT32 Flags;
  UINT32 Handle;
  UINT32 ObjectType;
  UINT32 GrantedAccess;
} ALPC_MESSAGE_HANDLE_INFORMATION;

/* Section 2.7. */
typedef struct ALPC_BASIC_INFORMATION {
  UINT32 Flags;
  UINT32 SequenceNo;
  UINT64 PortContext;
} ALPC_BASIC_INFORMATION;

typedef struct ALPC_PORT_ASSOCIATE_COMPLETION_PORT {
  UINT64 CompletionKey;
  HANDLE CompletionPort;
} ALPC_PORT_ASSOCIATE_COMPLETION_PORT;

typedef struct ALPC_SERVER_INFORMATION {
  union {
    HANDLE ThreadHandle;
    BOOLEAN ThreadBlocked;
  };
  UINT64 ConnectedProcessId;
  UNICODE_STRING ConnectionPortName;
} ALPC_SERVER_INFORMATION;

typedef struct ALPC_SERVER_SESSION_INFORMATION {
  UINT32 SessionId;
  UINT32 ProcessId;
} ALPC_SERVER_SESSION_INFORMATION;

#define ASSERT_OFFSET(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)
#define ASSERT_SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)
ASSERT_SIZE(PORT_MESSAGE, 0x28);
ASSERT_OFFSET(PORT_MESSAGE, UniqueProcess, 0x08);
ASSERT_OFFSET(PORT_MESSAGE, MessageId, 0x18);
ASSERT_OFFSET(PORT_MESSAGE, CallbackId, 0x20);
ASSERT_SIZE(PORT_DATA_ENTRY, 0x10);
ASSERT_OFFSET(PORT_DATA_INFORMATION, Entries, 8);
ASSERT_SIZE(ALPC_PORT_ATTRIBUTES, 0x48);
ASSERT_OFFSET(ALPC_PORT_ATTRIBUTES, SecurityQos, 0x04);
ASSERT_OFFSET(ALPC_PORT_ATTRIBUTES, MaxMessageLength, 0x10);
ASSERT_OFFSET(ALPC_PORT_ATTRIBUTES, DupObjectTypes, 0x40);
ASSERT_SIZE(ALPC_MESSAGE_ATTRIBUTES, 8);
ASSERT_SIZE(ALPC_SECURITY_ATTR, 0x18);
ASSERT_SIZE(ALPC_DATA_VIEW_ATTR, 0x20);
ASSERT_SIZE(ALPC_CONTEXT_ATTR, 0x20);
ASSERT_OFFSET(ALPC_CONTEXT_ATTR, MessageId, 0x14);
ASSERT_SIZE(ALPC_HANDLE_ATTR, 0x18);
ASSERT_OFFSET(ALPC_HANDLE_ATTR, ObjectType, 0x10);
ASSERT_SIZE(ALPC_HANDLE_ATTR32, 0x10);
ASSERT_SIZE(ALPC_TOKEN_ATTR, 0x18);
ASSERT_SIZE(ALPC_MESSAGE_HANDLE_INFORMATION, 0x14);
ASSERT_SIZE(ALPC_BASIC_INFORMATION, 0x10);
ASSERT_SIZE(ALPC_PORT_ASSOCIATE_COMPLETION_PORT, 0x10);
ASSERT_SIZE(ALPC_SERVER_INFORMATION, 0x20);
ASSERT_SIZE(ALPC_SERVER_SESSION_INFORMATION, 8);

/* Section 3.1. */
#define PORT_ALLOW_IMPERSONATION 0x10000u
#define PORT_ALLOW_LPC_REQUESTS 0x20000u
#define PORT_WAITABLE 0x40000u
#define PORT_ALLOW_DUP_OBJECT 0x80000u
#define PORT_SYSTEM_PROCESS 0x100000u
#define PORT_ALLOW_MULTIHANDLE 0x2000000u

/* Section 3.2. */
#define FLAG_RELEASE_MESSAGE 0x10000u
#define FLAG_SYNC_REQUEST 0x20000u
#define FLAG_WAIT_ALERTABLE 0x200000u
#define FLAGS_KNOWN 0x77FFFFu /* without 0x1000000 and without WOW64_CALL */

/* Section 3.3. */
#define VIEW_UNMAP_EXISTING 0x10000u
#define VIEW_AUTO_RELEASE 0x20000u
#define VIEW_SECURED_ACCESS 0x40000u
#define SECURITY_DELETE_EXISTING 0x10000u
#define SECURITY_CREATE_HANDLE 0x20000u
#define HANDLE_SAME_ACCESS 0x10000u
#define HANDLE_SAME_ATTRIBUTES 0x20000u
#define HANDLE_INDIRECT 0x40000u
#define HANDLE_INHERIT 0x80000u
#define SECTION_SECURE 0x40000u
#define DISCONNECT_NO_FLUSH 1u
#define CANCEL_TRY 1u
#define CANCEL_COMPARE_CONTEXT 8u
#define CANCEL_INVALID 0x10u
#define PORT_CONNECT 1u

#define HEADER_SIZE 0x28u
#define MAX_TOTAL_LENGTH 0x10000u
#define MAX_HANDLES 512u

/* Statuses of section 5 that mingw's ntstatus.h may lack. */
#ifndef STATUS_MESSAGE_RETRIEVED
#define STATUS_MESSAGE_RETRIEVED ((NTSTATUS)0x4000002E)
#endif
#ifndef STATUS_SERVER_SID_MISMATCH
#define STATUS_SERVER_SID_MISMATCH ((NTSTATUS)0xC00002A0)
#endif
#ifndef STATUS_LPC_HANDLE_COUNT_EXCEEDED
#define STATUS_LPC_HANDLE_COUNT_EXCEEDED ((NTSTATUS)0xC0000722)
#endif

NTSTATUS NTAPI NtUnmapViewOfSection(HANDLE process, void *base); /* mingw has it only in the driver kit */

#define ALPC_CALL __declspec(dllexport) NTSTATUS NTAPI

#endif
