/* alpc.md 8.1 to 8.4: listening, connecting, accepting, refusing. */
#include "harness.h"

#include <stdio.h>

static void connect_client(const char *argument) {
  (void)argument;
  Packet packet = text_packet("hello");
  HANDLE port = NULL;
  CHECK_STATUS(STATUS_SUCCESS, connect_with(&port, port_attributes(0), FLAG_SYNC_REQUEST, &packet, LONG_TIME));
  CHECK_EQUAL(TYPE_CONNECTION_REPLY, packet.header.Type);
  CHECK_EQUAL(sizeof(PORT_MESSAGE) + 7, packet.length);
  CHECK(memcmp(packet.data, "welcome", 7) == 0);
  ALPC_SERVER_SESSION_INFORMATION server;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcQueryInformation(port, 12, &server, sizeof server, NULL));
  CHECK_EQUAL(packet.header.UniqueProcess, server.ProcessId);
  Packet answer;
  CHECK_STATUS(STATUS_SUCCESS, call_text(port, "question", &answer, LONG_TIME));
  CHECK_EQUAL(TYPE_REPLY, answer.header.Type);
  CHECK(strcmp(answer.data, "answer") == 0);
  ALPC_CONTEXT_ATTR *context = attribute_of(&answer, ATTRIBUTE_CONTEXT);
  CHECK(context != NULL && context->PortContext == (UINT_PTR)port);
  CHECK(attribute_of(&answer, ATTRIBUTE_TOKEN) == NULL);
  CHECK_STATUS(STATUS_SUCCESS, NtClose(port));
}

static void connect_and_call(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0);
  HANDLE client = start_role("connect-client", "");
  Packet request;
  HANDLE server = NULL;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
  CHECK_EQUAL(TYPE_CONNECTION_REQUEST | TYPE_CONTINUATION_REQUIRED, request.header.Type);
  CHECK(strcmp(request.data, "hello") == 0);
  CHECK_EQUAL(GetProcessId(client), request.header.UniqueProcess);
  CHECK_EQUAL(ATTRIBUTE_TOKEN, request.attributes.ValidAttributes);
  CHECK_STATUS(STATUS_SUCCESS, accept_packet(listener, &request, 0x1234, "welcome", &server));
  CHECK_STATUS(STATUS_INVALID_MESSAGE, accept_packet(listener, &request, 0x1234, "again", &server));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
  CHECK_EQUAL(TYPE_REQUEST | TYPE_CONTINUATION_REQUIRED, request.header.Type);
  CHECK(request.header.CallbackId != 0);
  CHECK_EQUAL(ATTRIBUTE_TOKEN | ATTRIBUTE_CONTEXT, request.attributes.ValidAttributes);
  ALPC_CONTEXT_ATTR *context = attribute_of(&request, ATTRIBUTE_CONTEXT);
  CHECK_EQUAL(0x1234, context->PortContext);
  CHECK_EQUAL(request.header.MessageId, context->MessageId);
  ALPC_BASIC_INFORMATION basic;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcQueryInformation(server, 0, &basic, sizeof basic, NULL));
  CHECK_EQUAL(0x1234, basic.PortContext);
  CHECK_STATUS(STATUS_SUCCESS, reply_text(listener, FLAG_RELEASE_MESSAGE, &request, "answer"));
  expect_closed(listener, 0x1234);
  CHECK_STATUS(STATUS_SUCCESS, NtClose(server));
  CHECK_STATUS(STATUS_SUCCESS, NtClose(listener));
  expect_exit(client, 0);
}

static void refused_client(const char *argument) {
  (void)argument;
  HANDLE port = NULL;
  CHECK_STATUS(STATUS_PORT_CONNECTION_REFUSED, connect_with(&port, port_attributes(0), FLAG_SYNC_REQUEST, NULL, LONG_TIME));
}

static void refuse(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0);
  HANDLE process = start_role("refused-client", "");
  Packet request;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
  CHECK_STATUS(STATUS_SUCCESS, accept_packet(listener, &request, 0, "", NULL));
  expect_exit(process, 0);
  HANDLE client = connect_async(0);
  CHECK_STATUS(STATUS_LPC_REQUESTS_NOT_ALLOWED, send_text(client, FLAG_RELEASE_MESSAGE, "early"));
  CHECK_STATUS(STATUS_TIMEOUT, receive(client, &request, 0));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
  CHECK_STATUS(STATUS_SUCCESS, accept_packet(listener, &request, 0, "", NULL));
  CHECK_STATUS(STATUS_PORT_CONNECTION_REFUSED, receive(client, &request, LONG_TIME));
  CHECK_STATUS(STATUS_PORT_CONNECTION_REFUSED, send_text(client, FLAG_RELEASE_MESSAGE, "late"));
  NtClose(client);
  NtClose(listener);
}

static void names(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0), port;
  static const struct {
    const WCHAR *name;
    NTSTATUS create, connect;
  } rows[] = {
    {L"\\RPC CONTROL\\STANDIN-TEST", STATUS_OBJECT_NAME_COLLISION, STATUS_TIMEOUT},
    {L"\\RPC Control\\nobody", STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND},
    {L"\\No Such Directory\\x", STATUS_OBJECT_PATH_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND},
    {L"\\RPC Control\\", STATUS_OBJECT_NAME_INVALID, STATUS_OBJECT_NAME_INVALID},
    {L"relative", STATUS_OBJECT_PATH_SYNTAX_BAD, STATUS_OBJECT_PATH_SYNTAX_BAD},
  };
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    USHORT length = (USHORT)(2 * lstrlenW(rows[row].name));
    UNICODE_STRING name = {length, length + 2, (WCHAR *)rows[row].name};
    LARGE_INTEGER time;
    ALPC_PORT_ATTRIBUTES attributes = port_attributes(0);
    OBJECT_ATTRIBUTES object = {.Length = sizeof object, .ObjectName = &name, .Attributes = OBJ_CASE_INSENSITIVE};
    CHECK_STATUS(rows[row].connect, NtAlpcConnectPort(&port, &name, NULL, &attributes, FLAG_SYNC_REQUEST, NULL, NULL, NULL, NULL,
                                                      NULL, milliseconds(50, &time)));
    NTSTATUS status = NtAlpcCreatePort(&port, &object, &attributes);
    CHECK_STATUS(rows[row].create, status);
    if (status == STATUS_SUCCESS) NtClose(port);
  }
  /* The connect that timed out was withdrawn: accepting it fails, and once only. */
  Packet request;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
  CHECK_STATUS(STATUS_REQUEST_CANCELED, accept_packet(listener, &request, 1, "", &port));
  CHECK_STATUS(STATUS_INVALID_MESSAGE, accept_packet(listener, &request, 1, "", &port));
  NtClose(listener);
}

static void early_close(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0), port;
  HANDLE client = connect_async(0);
  Packet request;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
  NtClose(client);
  CHECK_STATUS(STATUS_REQUEST_CANCELED, accept_packet(listener, &request, 1, "", &port));
  client = connect_async(0);
  NtClose(listener); /* with a request that nobody read */
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &request, 0));
  CHECK_EQUAL(TYPE_CANCELED, request.header.Type);
  NtClose(client);
}

static void port_flags(const char *argument) {
  (void)argument;
  ALPC_PORT_ATTRIBUTES attributes = port_attributes(PORT_SYSTEM_PROCESS);
  HANDLE port;
  CHECK_STATUS(STATUS_INVALID_PARAMETER, NtAlpcCreatePort(&port, NULL, &attributes));
  attributes = port_attributes(PORT_ALLOW_DUP_OBJECT);
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreatePort(&port, NULL, &attributes));
  ALPC_BASIC_INFORMATION basic;
  CHECK_STATUS(STATUS_INFO_LENGTH_MISMATCH, NtAlpcQueryInformation(port, 0, &basic, 8, NULL));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcQueryInformation(port, 0, &basic, sizeof basic, NULL));
  CHECK_EQUAL(0xA0000, basic.Flags);
  CHECK_STATUS(STATUS_INVALID_PORT_HANDLE, send_text(port, 0, "to nobody"));
  NtClose(port);
  CHECK_STATUS(STATUS_INVALID_HANDLE, send_text(port, 0, "closed"));
  attributes.SecurityQos.ImpersonationLevel = 4;
  CHECK_STATUS(STATUS_BAD_IMPERSONATION_LEVEL, NtAlpcCreatePort(&port, NULL, &attributes));
}

const Case connectCases[] = {
  {"connect-and-call", connect_and_call, NULL, NULL},
  {"refuse", refuse, NULL, NULL},
  {"names", names, NULL, NULL},
  {"early-close", early_close, NULL, NULL},
  {"port-flags", port_flags, NULL, NULL},
  {NULL, NULL, NULL, NULL},
};
const Role connectRoles[] = {
  {"connect-client", connect_client},
  {"refused-client", refused_client},
  {NULL, NULL},
};
