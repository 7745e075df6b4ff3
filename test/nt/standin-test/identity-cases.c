/* alpc.md 8.1, 8.2, 8.10: descriptors, server SID, tokens, impersonation, security contexts. */
#include "harness.h"

#include <sddl.h>
#include <stdio.h>

NTSTATUS NTAPI NtSetInformationThread(HANDLE thread, THREADINFOCLASS class, void *information, ULONG length);

static void *descriptor(const char *text) {
  void *result = NULL;
  CHECK(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &result, NULL));
  return result;
}

static TOKEN_USER *own_user(BYTE *buffer, DWORD size) {
  HANDLE token;
  DWORD length;
  OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
  CHECK(GetTokenInformation(token, TokenUser, buffer, size, &length));
  CloseHandle(token);
  return (TOKEN_USER *)buffer;
}

static TOKEN_STATISTICS statistics_of(HANDLE token) {
  TOKEN_STATISTICS statistics;
  DWORD length;
  CHECK(GetTokenInformation(token, TokenStatistics, &statistics, sizeof statistics, &length));
  return statistics;
}

static void denied_client(const char *argument) {
  (void)argument;
  HANDLE port = NULL;
  CHECK_STATUS(STATUS_ACCESS_DENIED, connect_with(&port, port_attributes(0), FLAG_SYNC_REQUEST, NULL, LONG_TIME));
}

static void denied(const char *argument) {
  (void)argument;
  void *nobody = descriptor("D:(A;;GA;;;SY)");
  HANDLE listener = listen_with(port_attributes(0), nobody);
  expect_exit(start_role("denied-client", ""), 0);
  NtClose(listener);
  LocalFree(nobody);
  void *everyone = descriptor("D:(A;;0x1;;;WD)");
  listener = listen_with(port_attributes(0), everyone);
  HANDLE client = connect_async(0);
  NtClose(listener);
  NtClose(client);
  LocalFree(everyone);
}

static NTSTATUS connect_ex(HANDLE *port, void *serverDescriptor) {
  UNICODE_STRING name = {sizeof PORT_NAME - 2, sizeof PORT_NAME, (WCHAR *)PORT_NAME};
  OBJECT_ATTRIBUTES object = {.Length = sizeof object, .ObjectName = &name, .Attributes = OBJ_CASE_INSENSITIVE};
  ALPC_PORT_ATTRIBUTES attributes = port_attributes(0);
  return NtAlpcConnectPortEx(port, &object, NULL, &attributes, 0, serverDescriptor, NULL, NULL, NULL, NULL, NULL);
}

static void server_identity(const char *argument) {
  (void)argument;
  BYTE user[256], system[SECURITY_MAX_SID_SIZE];
  DWORD length = sizeof system;
  HANDLE listener = listen_on(0), port;
  UNICODE_STRING name = {sizeof PORT_NAME - 2, sizeof PORT_NAME, (WCHAR *)PORT_NAME};
  ALPC_PORT_ATTRIBUTES attributes = port_attributes(0);
  CHECK(CreateWellKnownSid(WinLocalSystemSid, NULL, system, &length));
  CHECK_STATUS(STATUS_SERVER_SID_MISMATCH, NtAlpcConnectPort(&port, &name, NULL, &attributes, 0, (SID *)system, NULL, NULL, NULL, NULL, NULL));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcConnectPort(&port, &name, NULL, &attributes, 0, own_user(user, sizeof user)->User.Sid, NULL, NULL, NULL, NULL, NULL));
  NtClose(port);
  void *onlySystem = descriptor("O:SYG:SYD:(A;;0x1;;;SY)"), *anyone = descriptor("O:SYG:SYD:(A;;0x1;;;WD)");
  CHECK_STATUS(STATUS_SERVER_SID_MISMATCH, connect_ex(&port, onlySystem));
  CHECK_STATUS(STATUS_SUCCESS, connect_ex(&port, anyone));
  NtClose(port);
  NtClose(listener);
  LocalFree(onlySystem);
  LocalFree(anyone);
}

static void speaking_client(const char *argument) {
  ALPC_PORT_ATTRIBUTES attributes = port_attributes(strchr(argument, 'i') ? PORT_ALLOW_IMPERSONATION : 0);
  if (strchr(argument, '1')) attributes.SecurityQos.ImpersonationLevel = SecurityIdentification;
  HANDLE port = NULL;
  Packet answer;
  CHECK_STATUS(STATUS_SUCCESS, connect_with(&port, attributes, FLAG_SYNC_REQUEST, NULL, LONG_TIME));
  CHECK_STATUS(STATUS_SUCCESS, call_text(port, "who am I", &answer, LONG_TIME));
  NtClose(port);
}

static UINT32 own_level(void) {
  HANDLE token;
  DWORD length, level;
  CHECK(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token));
  CHECK(GetTokenInformation(token, TokenImpersonationLevel, &level, sizeof level, &length));
  CloseHandle(token);
  return level;
}

static BOOL impersonating(void) {
  HANDLE token;
  if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token)) return FALSE;
  CloseHandle(token);
  return TRUE;
}

static void stop_impersonating(void) {
  HANDLE none = NULL;
  CHECK_STATUS(STATUS_SUCCESS, NtSetInformationThread(GetCurrentThread(), (THREADINFOCLASS)5, &none, sizeof none));
  CHECK(!impersonating());
}

static void serve_identity(const char *options, NTSTATUS expected, UINT32 level) {
  HANDLE listener = listen_on(0);
  HANDLE process = start_role("speaking-client", options);
  HANDLE server = accept_next(listener, 1);
  BYTE sid[68], user[256];
  UINT32 length;
  LUID modified;
  Packet request;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcQueryInformationMessage(listener, &request.header, 0, sid, sizeof sid, &length));
  CHECK(EqualSid(sid, own_user(user, sizeof user)->User.Sid) && length == GetLengthSid(sid));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcQueryInformationMessage(listener, &request.header, 1, &modified, sizeof modified, NULL));
  HANDLE token;
  CHECK(OpenProcessToken(process, TOKEN_QUERY, &token));
  TOKEN_STATISTICS statistics = statistics_of(token);
  CloseHandle(token);
  ALPC_TOKEN_ATTR *attribute = attribute_of(&request, ATTRIBUTE_TOKEN);
  CHECK(memcmp(&attribute->TokenId, &statistics.TokenId, 8) == 0 && memcmp(&attribute->AuthenticationId, &statistics.AuthenticationId, 8) == 0);
  CHECK(memcmp(&attribute->ModifiedId, &modified, 8) == 0 && memcmp(&modified, &statistics.ModifiedId, 8) == 0);
  CHECK_STATUS(expected, NtAlpcImpersonateClientOfPort(server, &request.header, NULL));
  if (expected == STATUS_SUCCESS) {
    CHECK_EQUAL(level, own_level());
    stop_impersonating();
    CHECK_STATUS(STATUS_ACCESS_DENIED, NtAlpcImpersonateClientOfPort(listener, &request.header, (void *)(UINT_PTR)(2 | (level + 1) << 2)));
  }
  CHECK(!impersonating());
  OBJECT_ATTRIBUTES object = {.Length = sizeof object};
  HANDLE sender;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcOpenSenderProcess(&sender, listener, &request.header, 0, PROCESS_QUERY_LIMITED_INFORMATION, &object));
  CHECK_EQUAL(request.header.UniqueProcess, GetProcessId(sender));
  CloseHandle(sender);
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcOpenSenderThread(&sender, listener, &request.header, 0, THREAD_QUERY_LIMITED_INFORMATION, &object));
  CHECK_EQUAL(request.header.UniqueThread, GetThreadId(sender));
  CloseHandle(sender);
  CHECK_STATUS(STATUS_SUCCESS, reply_text(listener, FLAG_RELEASE_MESSAGE, &request, "you"));
  expect_closed(listener, 1);
  CHECK_STATUS(STATUS_INVALID_MESSAGE, NtAlpcImpersonateClientOfPort(server, &request.header, NULL));
  expect_exit(process, 0);
  NtClose(server);
  NtClose(listener);
}

static void impersonate(const char *argument) {
  (void)argument;
  serve_identity("i", STATUS_SUCCESS, SecurityImpersonation);
  serve_identity("i1", STATUS_SUCCESS, SecurityIdentification);
  serve_identity("none", STATUS_ACCESS_DENIED, 0);
}

/* A dynamic client: identity of each send; TOKEN only if it waits (question 13, position a). */
static void dynamic_tracking(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0), client, server;
  ALPC_PORT_ATTRIBUTES attributes = port_attributes(PORT_ALLOW_IMPERSONATION);
  attributes.SecurityQos.ContextTrackingMode = SECURITY_DYNAMIC_TRACKING;
  Packet packet;
  CHECK_STATUS(STATUS_SUCCESS, connect_with(&client, attributes, 0, NULL, FOREVER));
  server = accept_next(listener, 7);
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &packet, 0));
  send_text(client, 0, "asynchronous");
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  CHECK(attribute_of(&packet, ATTRIBUTE_TOKEN) == NULL);
  LUID before, after;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcQueryInformationMessage(listener, &packet.header, 1, &before, sizeof before, NULL));
  CHECK_STATUS(STATUS_MESSAGE_RETRIEVED, finish(listener, &packet));
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &packet, 0));
  CHECK(ImpersonateSelf(SecurityImpersonation));
  HANDLE token;
  CHECK(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token));
  TOKEN_STATISTICS statistics = statistics_of(token);
  CloseHandle(token);
  send_text(client, 0, "as somebody else");
  RevertToSelf();
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcQueryInformationMessage(listener, &packet.header, 1, &after, sizeof after, NULL));
  CHECK(memcmp(&after, &statistics.ModifiedId, sizeof after) == 0);
  CHECK_STATUS(STATUS_MESSAGE_RETRIEVED, finish(listener, &packet));
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

static void security_context(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet request, answer;
  link_up(0, PORT_ALLOW_IMPERSONATION, &listener, &server, &client);
  SECURITY_QUALITY_OF_SERVICE quality = {sizeof quality, SecurityIdentification, SECURITY_STATIC_TRACKING, FALSE};
  ALPC_SECURITY_ATTR context = {0, &quality, 0};
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreateSecurityContext(client, 0, &context));
  Attributes attributes = {{{0, 0}}};
  Packet packet = text_packet("as this");
  ((ALPC_SECURITY_ATTR *)add_attribute(&attributes, ATTRIBUTE_SECURITY))->ContextHandle = context.ContextHandle;
  CHECK_STATUS(STATUS_SUCCESS, send_packet(client, 0, &packet, &attributes));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcImpersonateClientOfPort(server, &request.header, NULL));
  CHECK_EQUAL(SecurityIdentification, own_level());
  stop_impersonating();
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcRevokeSecurityContext(client, 0, context.ContextHandle));
  CHECK_STATUS(STATUS_ACCESS_DENIED, NtAlpcImpersonateClientOfPort(server, &request.header, NULL));
  CHECK_STATUS(STATUS_INVALID_HANDLE, send_packet(client, 0, &packet, &attributes));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeleteSecurityContext(client, 0, context.ContextHandle));
  CHECK_STATUS(STATUS_INVALID_HANDLE, NtAlpcDeleteSecurityContext(client, 0, context.ContextHandle));
  CHECK_STATUS(STATUS_SUCCESS, reply_text(listener, FLAG_RELEASE_MESSAGE, &request, ""));
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &answer, 0));
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

/* 8.2, the other position of 14: every right is asked for. */
static void all_rights_asked(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0), port;
  void *connectOnly = descriptor("O:SYG:SYD:(A;;0x1;;;WD)"), *all = descriptor("O:SYG:SYD:(A;;GA;;;WD)");
  CHECK_STATUS(STATUS_SERVER_SID_MISMATCH, connect_ex(&port, connectOnly));
  CHECK_STATUS(STATUS_SUCCESS, connect_ex(&port, all));
  NtClose(port);
  NtClose(listener);
  LocalFree(connectOnly);
  LocalFree(all);
}

#define SOMEBODY "S-1-5-21-1-2-3-4711"

static void pretending_client(const char *argument) {
  HANDLE port = NULL;
  Packet answer;
  NTSTATUS expected = strchr(argument, 'd') ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
  CHECK_STATUS(expected, connect_with(&port, port_attributes(PORT_ALLOW_IMPERSONATION), FLAG_SYNC_REQUEST, NULL, LONG_TIME));
  if (expected != STATUS_SUCCESS) return;
  CHECK_STATUS(STATUS_SUCCESS, call_text(port, "who am I", &answer, LONG_TIME));
  NtClose(port);
}

/* NCALRPC_STANDIN_USER: another user in the eyes of ports. */
static void pretended_user(const char *argument) {
  (void)argument;
  static const char *const refusing[] = {"D:(A;;GA;;;SY)", "D:(D;;GA;;;" SOMEBODY ")(A;;GA;;;WD)", "D:(A;OICIIO;GA;;;WD)"};
  static const char *const admitting[] = {"D:(A;;GR;;;" SOMEBODY ")", "D:(A;;0x1;;;AU)", "D:(A;;GA;;;SY)(A;;GA;;;WD)"};
  SetEnvironmentVariableA("NCALRPC_STANDIN_USER", SOMEBODY);
  for (int index = 0; index < 3; index++) {
    void *descriptors[] = {descriptor(refusing[index]), descriptor(admitting[index])};
    HANDLE listener = listen_with(port_attributes(0), descriptors[0]);
    expect_exit(start_role("pretending-client", "d"), 0);
    NtClose(listener);
    listener = listen_with(port_attributes(0), descriptors[1]);
    HANDLE process = start_role("pretending-client", "");
    HANDLE server = accept_next(listener, 1);
    Packet request;
    BYTE sid[68];
    PSID somebody;
    CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
    CHECK_STATUS(STATUS_SUCCESS, NtAlpcQueryInformationMessage(listener, &request.header, 0, sid, sizeof sid, NULL));
    CHECK(ConvertStringSidToSidA(SOMEBODY, &somebody) && EqualSid(sid, somebody));
    CHECK_STATUS(STATUS_ACCESS_DENIED, NtAlpcImpersonateClientOfPort(server, &request.header, NULL));
    CHECK_STATUS(STATUS_SUCCESS, reply_text(listener, FLAG_RELEASE_MESSAGE, &request, ""));
    expect_closed(listener, 1);
    expect_exit(process, 0);
    NtClose(server);
    /* The server is that user, too. */
    HANDLE port;
    UNICODE_STRING name = {sizeof PORT_NAME - 2, sizeof PORT_NAME, (WCHAR *)PORT_NAME};
    ALPC_PORT_ATTRIBUTES attributes = port_attributes(0);
    CHECK_STATUS(STATUS_SUCCESS, NtAlpcConnectPort(&port, &name, NULL, &attributes, 0, (SID *)somebody, NULL, NULL, NULL, NULL, NULL));
    NtClose(port);
    NtClose(listener);
    LocalFree(somebody);
    for (int row = 0; row < 2; row++) LocalFree(descriptors[row]);
  }
  SetEnvironmentVariableA("NCALRPC_STANDIN_USER", NULL);
}

static void blocked_caller(const char *argument) {
  (void)argument;
  HANDLE port = connect_to(0);
  Packet answer;
  CHECK_STATUS(STATUS_SUCCESS, call_text(port, "waiting", &answer, LONG_TIME));
  NtClose(port);
}

/* Class 4: whom a thread waits for. */
static void server_of_thread(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0);
  HANDLE process = start_role("blocked-caller", "");
  HANDLE server = accept_next(listener, 1);
  Packet request;
  BYTE buffer[256];
  UINT32 needed = 0;
  ALPC_SERVER_INFORMATION *information = (ALPC_SERVER_INFORMATION *)buffer;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
  HANDLE thread = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)request.header.UniqueThread);
  information->ThreadHandle = thread;
  CHECK_STATUS(STATUS_INFO_LENGTH_MISMATCH, NtAlpcQueryInformation(NULL, 4, information, sizeof *information, &needed));
  CHECK_EQUAL(sizeof *information + sizeof PORT_NAME - 2, needed);
  information->ThreadHandle = thread;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcQueryInformation(NULL, 4, information, sizeof buffer, &needed));
  CHECK(information->ThreadBlocked);
  CHECK_EQUAL(GetCurrentProcessId(), information->ConnectedProcessId);
  CHECK_EQUAL(sizeof PORT_NAME - 2, information->ConnectionPortName.Length);
  CHECK(memcmp(information->ConnectionPortName.Buffer, PORT_NAME, sizeof PORT_NAME - 2) == 0);
  CHECK_STATUS(STATUS_SUCCESS, reply_text(listener, FLAG_RELEASE_MESSAGE, &request, ""));
  expect_closed(listener, 1);
  expect_exit(process, 0);
  information->ThreadHandle = GetCurrentThread();
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcQueryInformation(NULL, 4, information, sizeof buffer, &needed));
  CHECK(!information->ThreadBlocked);
  CloseHandle(thread);
  NtClose(server);
  NtClose(listener);
}

const Case identityCases[] = {
  {"denied", denied, NULL, NULL},
  {"server-identity", server_identity, NULL, NULL},
  {"impersonate", impersonate, NULL, NULL},
  {"dynamic-tracking", dynamic_tracking, NULL, NULL},
  {"security-context", security_context, NULL, NULL},
  {"all-rights-asked", all_rights_asked, "14=b", NULL},
  {"pretended-user", pretended_user, NULL, NULL},
  {"server-of-thread", server_of_thread, NULL, NULL},
  {NULL, NULL, NULL, NULL},
};
const Role identityRoles[] = {
  {"denied-client", denied_client},
  {"speaking-client", speaking_client},
  {"pretending-client", pretending_client},
  {"blocked-caller", blocked_caller},
  {NULL, NULL},
};
