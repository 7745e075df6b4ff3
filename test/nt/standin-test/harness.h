/* Small tools of the stand-in's tests: checks, child processes, ports and messages. */
#ifndef HARNESS_H
#define HARNESS_H

#include "../standin/alpc.h"

#undef ALPC_CALL
#define ALPC_CALL __declspec(dllimport) NTSTATUS NTAPI
ALPC_CALL NtAlpcCreatePort(HANDLE *, OBJECT_ATTRIBUTES *, ALPC_PORT_ATTRIBUTES *);
ALPC_CALL NtAlpcConnectPort(HANDLE *, UNICODE_STRING *, OBJECT_ATTRIBUTES *, ALPC_PORT_ATTRIBUTES *, UINT32, SID *, PORT_MESSAGE *,
                            SIZE_T *, ALPC_MESSAGE_ATTRIBUTES *, ALPC_MESSAGE_ATTRIBUTES *, const LARGE_INTEGER *);
ALPC_CALL NtAlpcConnectPortEx(HANDLE *, OBJECT_ATTRIBUTES *, OBJECT_ATTRIBUTES *, ALPC_PORT_ATTRIBUTES *, UINT32, void *,
                              PORT_MESSAGE *, SIZE_T *, ALPC_MESSAGE_ATTRIBUTES *, ALPC_MESSAGE_ATTRIBUTES *, const LARGE_INTEGER *);
ALPC_CALL NtAlpcAcceptConnectPort(HANDLE *, HANDLE, UINT32, OBJECT_ATTRIBUTES *, ALPC_PORT_ATTRIBUTES *, void *, PORT_MESSAGE *,
                                  ALPC_MESSAGE_ATTRIBUTES *, BOOLEAN);
ALPC_CALL NtAlpcSendWaitReceivePort(HANDLE, UINT32, PORT_MESSAGE *, ALPC_MESSAGE_ATTRIBUTES *, PORT_MESSAGE *, SIZE_T *,
                                    ALPC_MESSAGE_ATTRIBUTES *, const LARGE_INTEGER *);
ALPC_CALL NtAlpcDisconnectPort(HANDLE, UINT32);
ALPC_CALL NtAlpcCancelMessage(HANDLE, UINT32, ALPC_CONTEXT_ATTR *);
ALPC_CALL NtAlpcQueryInformation(HANDLE, UINT32, void *, UINT32, UINT32 *);
ALPC_CALL NtAlpcSetInformation(HANDLE, UINT32, void *, UINT32);
ALPC_CALL NtAlpcQueryInformationMessage(HANDLE, PORT_MESSAGE *, UINT32, void *, UINT32, UINT32 *);
ALPC_CALL NtAlpcCreatePortSection(HANDLE, UINT32, HANDLE, SIZE_T, UINT64 *, SIZE_T *);
ALPC_CALL NtAlpcDeletePortSection(HANDLE, UINT32, UINT64);
ALPC_CALL NtAlpcCreateSectionView(HANDLE, UINT32, ALPC_DATA_VIEW_ATTR *);
ALPC_CALL NtAlpcDeleteSectionView(HANDLE, UINT32, void *);
ALPC_CALL NtAlpcCreateSecurityContext(HANDLE, UINT32, ALPC_SECURITY_ATTR *);
ALPC_CALL NtAlpcDeleteSecurityContext(HANDLE, UINT32, UINT64);
ALPC_CALL NtAlpcRevokeSecurityContext(HANDLE, UINT32, UINT64);
ALPC_CALL NtAlpcImpersonateClientOfPort(HANDLE, PORT_MESSAGE *, void *);
ALPC_CALL NtAlpcOpenSenderProcess(HANDLE *, HANDLE, PORT_MESSAGE *, UINT32, UINT32, OBJECT_ATTRIBUTES *);
ALPC_CALL NtAlpcOpenSenderThread(HANDLE *, HANDLE, PORT_MESSAGE *, UINT32, UINT32, OBJECT_ATTRIBUTES *);
ALPC_CALL NtReadRequestData(HANDLE, PORT_MESSAGE *, UINT32, void *, SIZE_T, SIZE_T *);
ALPC_CALL NtWriteRequestData(HANDLE, PORT_MESSAGE *, UINT32, void *, SIZE_T, SIZE_T *);
__declspec(dllimport) UINT32 NTAPI AlpcMaxAllowedMessageLength(void);
ALPC_CALL AlpcInitializeMessageAttribute(UINT32, ALPC_MESSAGE_ATTRIBUTES *, SIZE_T, SIZE_T *);
__declspec(dllimport) void *NTAPI AlpcGetMessageAttribute(ALPC_MESSAGE_ATTRIBUTES *, UINT32);
__declspec(dllimport) UINT32 NTAPI StandinReport(char *, UINT32);

extern int failures;
void check_failed(const char *file, int line, const char *text, unsigned long long actual);
#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition, 0))
#define CHECK_EQUAL(expected, actual)                                                                     \
  do {                                                                                                    \
    unsigned long long actualValue = (unsigned long long)(actual);                                        \
    if (actualValue != (unsigned long long)(expected)) check_failed(__FILE__, __LINE__, #actual " is not " #expected, actualValue); \
  } while (0)
#define CHECK_STATUS(expected, call) CHECK_EQUAL((UINT32)(expected), (UINT32)(call))

typedef struct Packet {
  PORT_MESSAGE header;
  char data[0x2000];
  SIZE_T length; /* in/out of the last receive */
  union {
    ALPC_MESSAGE_ATTRIBUTES attributes;
    BYTE attributeBytes[0xA0];
  };
} Packet;

typedef struct Attributes {
  union {
    ALPC_MESSAGE_ATTRIBUTES header;
    BYTE bytes[0xA0];
  };
} Attributes;

#define PORT_NAME L"\\RPC Control\\standin-test"
enum { SHORT_TIME = 200, LONG_TIME = 10000, FOREVER = -1 };

LARGE_INTEGER *milliseconds(int time, LARGE_INTEGER *storage);
ALPC_PORT_ATTRIBUTES port_attributes(UINT32 flags);
HANDLE listen_with(ALPC_PORT_ATTRIBUTES attributes, void *descriptor);
HANDLE listen_on(UINT32 flags);
NTSTATUS connect_with(HANDLE *port, ALPC_PORT_ATTRIBUTES attributes, UINT32 flags, Packet *packet, int time);
HANDLE connect_to(UINT32 flags);
HANDLE connect_async(UINT32 flags);
Packet text_packet(const char *text);
Packet answer_to(const Packet *request, const char *text);
NTSTATUS send_packet(HANDLE port, UINT32 flags, Packet *packet, Attributes *attributes);
NTSTATUS send_text(HANDLE port, UINT32 flags, const char *text);
NTSTATUS reply_text(HANDLE port, UINT32 flags, const Packet *request, const char *text);
NTSTATUS receive(HANDLE port, Packet *packet, int time);
NTSTATUS call_text(HANDLE port, const char *text, Packet *answer, int time);
HANDLE accept_next(HANDLE listener, UINT64 context);
NTSTATUS accept_packet(HANDLE listener, const Packet *request, UINT64 context, const char *text, HANDLE *port);
void *attribute_of(Packet *packet, UINT32 attribute); /* NULL unless valid */
void *add_attribute(Attributes *attributes, UINT32 attribute); /* allocates all, marks one valid, zeroes it */
NTSTATUS finish(HANDLE port, Packet *packet); /* cancels it by its CONTEXT */
/* Both ends of a connection in this process. */
void link_up(UINT32 listenerFlags, UINT32 clientFlags, HANDLE *listener, HANDLE *server, HANDLE *client);
void expect_closed(HANDLE listener, UINT64 context);

/* Another process of this program, playing `role`. */
HANDLE start_role(const char *role, const char *argument);
void expect_exit(HANDLE process, DWORD code);

typedef struct Case {
  const char *name;
  void (*run)(const char *argument);
  const char *switches;
  const char *violations; /* rules expected in the report, separated by blanks; NULL: none at all */
} Case;
extern const Case connectCases[], messageCases[], transferCases[], identityCases[], endCases[], reportCases[], stressCases[], switchCases[];
typedef struct Role {
  const char *name;
  void (*run)(const char *argument);
} Role;
extern const Role connectRoles[], messageRoles[], transferRoles[], identityRoles[], endRoles[], stressRoles[];

#endif
