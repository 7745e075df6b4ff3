/*
 * What a program in C needs of ALPC and LRPC, defined anew from the documented layouts: nothing is shared with the
 * packages' tables or with the stand-in, so that a mistake there does not meet itself here. 64-bit processes only.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <winternl.h>

typedef struct {
  USHORT DataLength, TotalLength;
  USHORT Type, DataInfoOffset;
  ULONGLONG UniqueProcess, UniqueThread;
  ULONG MessageId, Reserved;
  ULONGLONG CallbackId;
} PORT_MESSAGE;

typedef struct {
  ULONG Flags;
  SECURITY_QUALITY_OF_SERVICE SecurityQos;
  SIZE_T MaxMessageLength, MemoryBandwidth, MaxPoolUsage, MaxSectionSize, MaxViewSize, MaxTotalSectionSize;
  ULONG DupObjectTypes, Reserved;
} ALPC_PORT_ATTRIBUTES;

/* The attributes in the order in which they lie: SECURITY, VIEW, CONTEXT, HANDLE, TOKEN. */
typedef struct {
  ULONG Allocated, Valid;
  struct {
    ULONG Flags;
    PVOID Qos;
    ULONGLONG Context;
  } Security;
  struct {
    ULONG Flags;
    ULONGLONG Section;
    PVOID Base;
    SIZE_T Size;
  } View;
  struct {
    ULONGLONG PortContext, MessageContext;
    ULONG Sequence, MessageId, CallbackId, Reserved;
  } Context;
  struct {
    ULONG Flags;
    ULONGLONG Handle;
    ULONG Type, Access;
  } Handle;
  LUID Token[3];
} ATTRIBUTES;

#define SECURITY_ATTRIBUTE 0x80000000u
#define VIEW_ATTRIBUTE 0x40000000u
#define CONTEXT_ATTRIBUTE 0x20000000u
#define HANDLE_ATTRIBUTE 0x10000000u
#define TOKEN_ATTRIBUTE 0x08000000u
#define ALL_ATTRIBUTES 0xF8000000u

#define ALLOW_IMPERSONATION 0x10000u
#define WAITABLE 0x40000u
#define ALLOW_DUP_OBJECT 0x80000u
#define MULTIHANDLE 0x2000000u
#define RELEASE_MESSAGE 0x10000u
#define SYNC_REQUEST 0x20000u
#define SECURE 0x40000u
#define AUTO_RELEASE 0x20000u
#define CONTINUATION_REQUIRED 0x2000u
enum { REQUEST = 1, REPLY = 2, PORT_CLOSED = 5, CONNECTION_REQUEST = 10, CANCELED = 12 };

#define CALL __declspec(dllimport) NTSTATUS NTAPI
CALL NtAlpcCreatePort(HANDLE *, OBJECT_ATTRIBUTES *, ALPC_PORT_ATTRIBUTES *);
CALL NtAlpcConnectPort(HANDLE *, UNICODE_STRING *, OBJECT_ATTRIBUTES *, ALPC_PORT_ATTRIBUTES *, ULONG, PSID, PORT_MESSAGE *,
                       SIZE_T *, void *, void *, LARGE_INTEGER *);
CALL NtAlpcAcceptConnectPort(HANDLE *, HANDLE, ULONG, OBJECT_ATTRIBUTES *, ALPC_PORT_ATTRIBUTES *, void *, PORT_MESSAGE *, void *,
                             BOOLEAN);
CALL NtAlpcSendWaitReceivePort(HANDLE, ULONG, PORT_MESSAGE *, void *, PORT_MESSAGE *, SIZE_T *, void *, LARGE_INTEGER *);
CALL NtAlpcCancelMessage(HANDLE, ULONG, void *);
CALL NtAlpcCreatePortSection(HANDLE, ULONG, HANDLE, SIZE_T, ULONGLONG *, SIZE_T *);
CALL NtAlpcDeletePortSection(HANDLE, ULONG, ULONGLONG);
CALL NtAlpcCreateSectionView(HANDLE, ULONG, void *);
CALL NtAlpcDeleteSectionView(HANDLE, ULONG, void *);

enum { ROOM = 0x1000, LRPC_REQUEST = 0, LRPC_BIND = 1, LRPC_FAULT = 2, LRPC_RESPONSE = 3, VIEW_PRESENT = 4 };

/* A message with room for whatever an LRPC port carries. */
typedef struct {
  PORT_MESSAGE header;
  union {
    BYTE bytes[ROOM - sizeof(PORT_MESSAGE)];
    ULONG words[(ROOM - sizeof(PORT_MESSAGE)) / 4];
  };
} MESSAGE;

/* LRPC bind, in both directions. */
typedef struct {
  ULONG Type, Padding, Status;
  GUID Interface;
  USHORT Major, Minor;
  ULONG Syntaxes;
  USHORT Ndr20Id, Ndr64Id, FakeId, Padding2;
  ULONG Multiple, UseFlow;
  ULONGLONG Flow;
  ULONG Context, Padding3;
} BIND;

/* LRPC request; the stub data follows, or LargeSize and a view. */
typedef struct {
  ULONG Type, Padding, Flags, CallId, BindingId, ProcNum;
  ULONGLONG Reserved[3];
  GUID Object;
  ULONG LargeSize, Padding2;
} LRPC_CALL;
enum { CALL_HEADER = 0x40, LARGE_CALL_HEADER = 0x48, RESPONSE_HEADER = 0x18, LARGE_RESPONSE_HEADER = 0x20 };

_Static_assert(sizeof(PORT_MESSAGE) == 0x28 && sizeof(ALPC_PORT_ATTRIBUTES) == 0x48 && sizeof(ATTRIBUTES) == 0x90, "ALPC");
_Static_assert(sizeof(BIND) == 0x48 && sizeof(LRPC_CALL) == LARGE_CALL_HEADER, "LRPC");

/* The interface of the project's tests, and its methods. */
static const GUID probe = {0xb1b5a6f4, 0x3c38, 0x4e0f, {0x8a, 0x56, 0x7f, 0x1f, 0x0c, 0x2d, 0x9e, 0x11}};
enum { ADD = 1, UPLOAD = 3, DOWNLOAD = 4, SLEEP = 5, OPEN_COUNTER = 9 };

static inline void expect(const char *what, ULONG expected, ULONG actual) {
  if (expected == actual) return;
  printf("%s: 0x%lx, not 0x%lx\n", what, actual, expected);
  fflush(stdout);
  exit(1);
}

static inline void port_name(UNICODE_STRING *name, const char *endpoint) {
  static WCHAR text[200];
  int length = swprintf(text, 200, L"\\RPC Control\\%hs", endpoint);
  name->Buffer = text;
  name->Length = (USHORT)(2 * length);
  name->MaximumLength = (USHORT)(2 * length);
}

/* Attributes as rpcrt4's ports are reported to have them. */
static inline ALPC_PORT_ATTRIBUTES port_attributes(ULONG flags) {
  ALPC_PORT_ATTRIBUTES attributes = {0};
  attributes.Flags = flags;
  attributes.SecurityQos.Length = sizeof attributes.SecurityQos;
  attributes.SecurityQos.ImpersonationLevel = SecurityImpersonation;
  attributes.MaxMessageLength = ROOM;
  attributes.MaxPoolUsage = attributes.MaxSectionSize = attributes.MaxViewSize = attributes.MaxTotalSectionSize = (SIZE_T)-1;
  attributes.DupObjectTypes = 0xFFD;
  return attributes;
}

static inline void set_length(MESSAGE *message, SIZE_T payload) {
  memset(&message->header, 0, sizeof message->header);
  message->header.DataLength = (USHORT)payload;
  message->header.TotalLength = (USHORT)(payload + sizeof(PORT_MESSAGE));
}

/* A secure view of the port, every page of it touched. Returns the section. */
static inline ULONGLONG make_view(HANDLE port, SIZE_T size, ATTRIBUTES *attributes) {
  ULONGLONG section = 0;
  SIZE_T actual = 0;
  expect("section", 0, (ULONG)NtAlpcCreatePortSection(port, SECURE, NULL, size, &section, &actual));
  memset(attributes, 0, sizeof *attributes);
  attributes->Allocated = ALL_ATTRIBUTES;
  attributes->Valid = VIEW_ATTRIBUTE;
  attributes->View.Section = section;
  attributes->View.Size = size;
  expect("view", 0, (ULONG)NtAlpcCreateSectionView(port, 0, &attributes->View));
  memset(attributes->View.Base, 0, size);
  attributes->View.Flags = SECURE | AUTO_RELEASE;
  return section;
}

#endif
