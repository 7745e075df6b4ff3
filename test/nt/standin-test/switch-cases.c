/* Open questions of alpc.md section 11 in their other position, where no other case has them (switches.c). */
#include "harness.h"

/* 7: nothing in the packet but the key. */
static void empty_packets(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  link_up(0, 0, &listener, &server, &client);
  HANDLE completionPort = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  ALPC_PORT_ASSOCIATE_COMPLETION_PORT association = {0x77, completionPort};
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcSetInformation(listener, 2, &association, sizeof association));
  send_text(client, FLAG_RELEASE_MESSAGE, "1");
  DWORD information = 1;
  ULONG_PTR key = 0;
  OVERLAPPED *overlapped;
  CHECK(GetQueuedCompletionStatus(completionPort, &information, &key, &overlapped, LONG_TIME));
  CHECK_EQUAL(0, information);
  CHECK_EQUAL(0x77, key);
  Packet packet;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  NtClose(client);
  NtClose(server);
  NtClose(listener);
  CloseHandle(completionPort);
}

static UINT64 closed_body(void) {
  HANDLE listener, server, client;
  Packet packet;
  link_up(0, 0, &listener, &server, &client);
  NtClose(client);
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, LONG_TIME));
  CHECK_EQUAL(TYPE_PORT_CLOSED, packet.header.Type & 0xFF);
  CHECK_EQUAL(8, packet.header.DataLength);
  NtClose(server);
  NtClose(listener);
  return *(UINT64 *)packet.data;
}

/* 8: a time of this century, in units of 100 ns since 1601, or a small number. */
static void closed_with_time(const char *argument) {
  (void)argument;
  CHECK(closed_body() > 0x01C000000000000ull);
}

static void closed_with_id(const char *argument) {
  (void)argument;
  UINT64 body = closed_body();
  CHECK(body != 0 && body <= 0xFFFFFFFFull);
}

/* 10: the request arrives with its offer, which nobody can use. */
static void data_denied(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  static char source[16] = "unreachable";
  char buffer[16];
  SIZE_T done;
  link_up(0, 0, &listener, &server, &client);
  Packet packet = text_packet(""), request, answer;
  PORT_DATA_INFORMATION *information = (PORT_DATA_INFORMATION *)packet.data;
  information->Count = 1;
  information->Entries[0] = (PORT_DATA_ENTRY){(UINT_PTR)source, sizeof source};
  packet.header.DataLength = 8 + 16;
  packet.header.TotalLength = 0x28 + 8 + 16;
  packet.header.DataInfoOffset = 0x28;
  CHECK_STATUS(STATUS_SUCCESS, send_packet(client, 0, &packet, NULL));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
  CHECK_EQUAL(0x28, request.header.DataInfoOffset);
  CHECK_STATUS(STATUS_ACCESS_DENIED, NtReadRequestData(server, &request.header, 0, buffer, sizeof buffer, &done));
  CHECK_STATUS(STATUS_ACCESS_DENIED, NtWriteRequestData(server, &request.header, 0, buffer, sizeof buffer, &done));
  CHECK_STATUS(STATUS_SUCCESS, reply_text(listener, FLAG_RELEASE_MESSAGE, &request, ""));
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &answer, 0));
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

/* 13: a dynamic client that does not wait, with TOKEN. */
static void dynamic_token(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0), client, server;
  ALPC_PORT_ATTRIBUTES attributes = port_attributes(0);
  attributes.SecurityQos.ContextTrackingMode = SECURITY_DYNAMIC_TRACKING;
  Packet packet;
  CHECK_STATUS(STATUS_SUCCESS, connect_with(&client, attributes, 0, NULL, FOREVER));
  server = accept_next(listener, 7);
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &packet, 0));
  send_text(client, FLAG_RELEASE_MESSAGE, "asynchronous");
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  CHECK(attribute_of(&packet, ATTRIBUTE_TOKEN) != NULL);
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

const Case switchCases[] = {
  {"empty-packets", empty_packets, "7=b", NULL},
  {"closed-with-time", closed_with_time, NULL, NULL},
  {"closed-with-id", closed_with_id, "8=b", NULL},
  {"data-denied", data_denied, "10=b", NULL},
  {"dynamic-token", dynamic_token, "13=b", NULL},
  {NULL, NULL, NULL, NULL},
};
