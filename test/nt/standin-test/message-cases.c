/* alpc.md sections 6 and 7, 8.5, 8.6: the lifecycle table, queues, completion ports, limits. */
#include "harness.h"

#include <stdio.h>

/* Row 1 of section 7, and the order of a queue. */
static void datagrams(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet packet;
  link_up(0, 0, &listener, &server, &client);
  for (int index = 0; index < 3; index++) CHECK_STATUS(STATUS_SUCCESS, send_text(client, FLAG_RELEASE_MESSAGE, index == 0 ? "a" : index == 1 ? "b" : "c"));
  for (int index = 0; index < 3; index++) {
    CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
    CHECK_EQUAL(TYPE_DATAGRAM, packet.header.Type);
    CHECK_EQUAL('a' + index, packet.data[0]);
    CHECK_STATUS(STATUS_INVALID_MESSAGE, reply_text(listener, FLAG_RELEASE_MESSAGE, &packet, "no"));
  }
  CHECK_STATUS(STATUS_TIMEOUT, receive(listener, &packet, 0));
  /* 8.11: what is unread when the client closes is lost. */
  send_text(client, FLAG_RELEASE_MESSAGE, "lost");
  NtClose(client);
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  CHECK_EQUAL(TYPE_CANCELED, packet.header.Type);
  CHECK_EQUAL(0, packet.header.DataLength);
  expect_closed(listener, 7);
  CHECK_STATUS(STATUS_PORT_DISCONNECTED, send_text(server, FLAG_RELEASE_MESSAGE, "late"));
  NtClose(server);
  NtClose(listener);
}

/* Rows 2, 4 and 5, with the context of the asker coming back. */
static void requests(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet request, answer;
  link_up(0, 0, &listener, &server, &client);
  for (UINT32 flags = 0; flags < 2; flags++) {
    Attributes attributes = {{{0, 0}}};
    ((ALPC_CONTEXT_ATTR *)add_attribute(&attributes, ATTRIBUTE_CONTEXT))->MessageContext = 99;
    Packet packet = text_packet("request");
    CHECK_STATUS(STATUS_SUCCESS, send_packet(client, flags, &packet, &attributes));
    CHECK_EQUAL(0, packet.header.MessageId);
    CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
    CHECK_EQUAL(TYPE_REQUEST | TYPE_CONTINUATION_REQUIRED, request.header.Type);
    /* Who may not answer it, and how not. */
    Packet wrong = answer_to(&request, "wrong");
    wrong.header.CallbackId++;
    CHECK_STATUS(STATUS_REPLY_MESSAGE_MISMATCH, send_packet(listener, FLAG_RELEASE_MESSAGE, &wrong, NULL));
    CHECK_STATUS(STATUS_ACCESS_DENIED, reply_text(client, FLAG_RELEASE_MESSAGE, &request, "myself"));
    CHECK_STATUS(STATUS_SUCCESS, reply_text(flags == 0 ? listener : server, FLAG_RELEASE_MESSAGE, &request, "answer"));
    CHECK_STATUS(STATUS_REPLY_MESSAGE_MISMATCH, reply_text(listener, FLAG_RELEASE_MESSAGE, &request, "again"));
    CHECK_STATUS(STATUS_SUCCESS, receive(client, &answer, 0));
    CHECK_EQUAL(TYPE_REPLY, answer.header.Type);
    CHECK_EQUAL(request.header.MessageId, answer.header.MessageId);
    CHECK_EQUAL(request.header.CallbackId, answer.header.CallbackId);
    CHECK_EQUAL(99, ((ALPC_CONTEXT_ATTR *)attribute_of(&answer, ATTRIBUTE_CONTEXT))->MessageContext);
    CHECK_STATUS(STATUS_INVALID_MESSAGE, reply_text(listener, FLAG_RELEASE_MESSAGE, &request, "and again"));
  }
  /* Row 5: an answer that keeps the message alive puts the ball into the client's court. */
  for (UINT32 flags = 0; flags < 2; flags++) {
    send_text(client, 0, "request");
    CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
    CHECK_STATUS(STATUS_SUCCESS, reply_text(listener, flags, &request, "more?"));
    CHECK_STATUS(STATUS_SUCCESS, receive(client, &answer, 0));
    CHECK_EQUAL(TYPE_REQUEST | TYPE_CONTINUATION_REQUIRED, answer.header.Type);
    CHECK_STATUS(STATUS_SUCCESS, reply_text(client, FLAG_RELEASE_MESSAGE, &answer, "enough"));
    CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
    CHECK_EQUAL(TYPE_REPLY, request.header.Type);
  }
  NtClose(client);
  expect_closed(listener, 7);
  NtClose(server);
  NtClose(listener);
}

static void server_initiated(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet request, answer;
  link_up(0, 0, &listener, &server, &client);
  CHECK_STATUS(STATUS_LPC_REQUESTS_NOT_ALLOWED, send_text(server, FLAG_RELEASE_MESSAGE, "unasked"));
  NtClose(client);
  expect_closed(listener, 7);
  NtClose(server);
  client = connect_async(PORT_ALLOW_LPC_REQUESTS);
  server = accept_next(listener, 8);
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &answer, 0));
  CHECK_STATUS(STATUS_SUCCESS, send_text(server, 0, "call back"));
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &request, 0));
  CHECK_EQUAL(TYPE_REQUEST | TYPE_CONTINUATION_REQUIRED, request.header.Type);
  CHECK_STATUS(STATUS_SUCCESS, reply_text(client, FLAG_RELEASE_MESSAGE, &request, "here"));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &answer, 0));
  CHECK_EQUAL(TYPE_REPLY, answer.header.Type);
  CHECK_EQUAL(8, ((ALPC_CONTEXT_ATTR *)attribute_of(&answer, ATTRIBUTE_CONTEXT))->PortContext);
  NtClose(server);
  expect_closed(client, (UINT_PTR)client);
  CHECK_STATUS(STATUS_PORT_DISCONNECTED, receive(client, &answer, 0));
  NtClose(client);
  NtClose(listener);
}

/* Two clients; the server's communication ports see only their own. */
static void own_queue(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet packet;
  link_up(0, 0, &listener, &server, &client);
  HANDLE secondClient = connect_async(0);
  HANDLE second = accept_next(listener, 8);
  CHECK_STATUS(STATUS_SUCCESS, receive(secondClient, &packet, 0));
  send_text(client, FLAG_RELEASE_MESSAGE, "first");
  send_text(secondClient, FLAG_RELEASE_MESSAGE, "second");
  CHECK_STATUS(STATUS_SUCCESS, receive(second, &packet, 0));
  CHECK(strcmp(packet.data, "second") == 0);
  CHECK_STATUS(STATUS_TIMEOUT, receive(second, &packet, 0));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  CHECK(strcmp(packet.data, "first") == 0);
  /* Flags and shapes that are refused. */
  LARGE_INTEGER time;
  packet = text_packet("x");
  CHECK_STATUS(STATUS_INVALID_PARAMETER, send_packet(client, 0x1000000, &packet, NULL));
  CHECK_STATUS(STATUS_INVALID_PARAMETER, NtAlpcSendWaitReceivePort(client, 0, NULL, NULL, NULL, NULL, NULL, milliseconds(0, &time)));
  CHECK_STATUS(STATUS_LPC_RECEIVE_BUFFER_EXPECTED, send_packet(client, FLAG_SYNC_REQUEST, &packet, NULL));
  CHECK_STATUS(STATUS_INVALID_PARAMETER, send_packet(client, FLAG_SYNC_REQUEST | FLAG_RELEASE_MESSAGE, &packet, NULL));
  NtClose(client);
  NtClose(secondClient);
  expect_closed(listener, 7);
  expect_closed(listener, 8);
  NtClose(server);
  NtClose(second);
  NtClose(listener);
}

static void chatty_client(const char *argument) {
  HANDLE port = connect_to(0);
  for (int index = 0; index < 5; index++) CHECK_STATUS(STATUS_SUCCESS, send_text(port, FLAG_RELEASE_MESSAGE, "datagram"));
  Packet answer;
  CHECK_STATUS(STATUS_SUCCESS, call_text(port, argument, &answer, LONG_TIME));
  NtClose(port);
}

static UINT32 packets(HANDLE completionPort, UINT64 key, DWORD time) {
  UINT32 count = 0;
  DWORD octets;
  ULONG_PTR actual;
  OVERLAPPED *overlapped;
  while (GetQueuedCompletionStatus(completionPort, &octets, &actual, &overlapped, count == 0 ? time : 100)) {
    CHECK_EQUAL(key, actual);
    count++;
  }
  return count;
}

/* 8.6: one packet per queued message, also for those queued before the association; in another process too. */
static void completion_port(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet packet;
  link_up(0, 0, &listener, &server, &client);
  send_text(client, FLAG_RELEASE_MESSAGE, "before");
  HANDLE completionPort = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  ALPC_PORT_ASSOCIATE_COMPLETION_PORT association = {0xABCDEF0123, completionPort};
  CHECK_STATUS(STATUS_INFO_LENGTH_MISMATCH, NtAlpcSetInformation(listener, 2, &association, 8));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcSetInformation(listener, 2, &association, sizeof association));
  CHECK_STATUS(STATUS_PORT_ALREADY_SET, NtAlpcSetInformation(listener, 2, &association, sizeof association));
  CHECK_EQUAL(1, packets(completionPort, 0xABCDEF0123, LONG_TIME));
  send_text(client, FLAG_RELEASE_MESSAGE, "1");
  send_text(client, FLAG_RELEASE_MESSAGE, "2");
  CHECK_EQUAL(2, packets(completionPort, 0xABCDEF0123, LONG_TIME));
  for (int index = 0; index < 3; index++) CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  HANDLE process = start_role("chatty-client", "question");
  CHECK_EQUAL(1, packets(completionPort, 0xABCDEF0123, LONG_TIME));
  HANDLE other = accept_next(listener, 9);
  CHECK_EQUAL(6, packets(completionPort, 0xABCDEF0123, LONG_TIME));
  for (int index = 0; index < 6; index++) CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  CHECK_STATUS(STATUS_SUCCESS, reply_text(listener, FLAG_RELEASE_MESSAGE, &packet, "answer"));
  CHECK_EQUAL(1, packets(completionPort, 0xABCDEF0123, LONG_TIME));
  expect_closed(listener, 9);
  NtClose(other);
  expect_exit(process, 0);
  /* A client's port: the connection reply and the answers of asynchronous requests. */
  association.CompletionKey = 5;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcSetInformation(client, 2, &association, sizeof association));
  send_text(client, 0, "asynchronous");
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  packets(completionPort, 0xABCDEF0123, LONG_TIME);
  CHECK_STATUS(STATUS_SUCCESS, reply_text(listener, FLAG_RELEASE_MESSAGE, &packet, "later"));
  CHECK_EQUAL(1, packets(completionPort, 5, LONG_TIME));
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &packet, 0));
  CHECK(strcmp(packet.data, "later") == 0);
  NtClose(client);
  NtClose(server);
  NtClose(listener);
  CloseHandle(completionPort);
}

/* 8.6: the handle of a WAITABLE port is signalled while messages are queued. */
static void waitable(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet packet;
  link_up(PORT_WAITABLE, PORT_WAITABLE, &listener, &server, &client);
  CHECK_EQUAL(WAIT_TIMEOUT, WaitForSingleObject(listener, 0));
  send_text(client, FLAG_RELEASE_MESSAGE, "1");
  send_text(client, FLAG_RELEASE_MESSAGE, "2");
  CHECK_EQUAL(WAIT_OBJECT_0, WaitForSingleObject(listener, 0));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  CHECK_EQUAL(WAIT_OBJECT_0, WaitForSingleObject(listener, 0));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  CHECK_EQUAL(WAIT_TIMEOUT, WaitForSingleObject(listener, 0));
  CHECK_STATUS(STATUS_TIMEOUT, receive(client, &packet, 0));
  CHECK_STATUS(STATUS_TIMEOUT, receive(client, &packet, SHORT_TIME));
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

/* Open questions 2, 4, 9, 11, 12 and 3 in their other position. */
static void switched(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet request, answer;
  CHECK_EQUAL(0xFFFF, AlpcMaxAllowedMessageLength());
  link_up(0, PORT_WAITABLE, &listener, &server, &client);
  CHECK_STATUS(STATUS_TIMEOUT, receive(client, &answer, 0));
  CHECK_STATUS(STATUS_UNSUCCESSFUL, receive(client, &answer, SHORT_TIME));
  Packet packet = text_packet("request");
  CHECK_STATUS(STATUS_SUCCESS, send_packet(client, 0, &packet, NULL));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
  CHECK_EQUAL(request.header.MessageId, packet.header.MessageId);
  reply_text(listener, FLAG_RELEASE_MESSAGE, &request, "answer");
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &answer, 0));
  CHECK_EQUAL(ATTRIBUTE_CONTEXT | ATTRIBUTE_TOKEN | ATTRIBUTE_SECURITY, answer.attributes.ValidAttributes);
  packet = text_packet("typed");
  packet.header.Type = TYPE_REQUEST;
  CHECK_STATUS(STATUS_LPC_REQUESTS_NOT_ALLOWED, send_packet(client, 0, &packet, NULL));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDisconnectPort(server, 0));
  CHECK_STATUS(STATUS_SUCCESS, send_text(client, FLAG_RELEASE_MESSAGE, "vanishes"));
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

static void limits(const char *argument) {
  (void)argument;
  ALPC_PORT_ATTRIBUTES attributes = port_attributes(0);
  HANDLE listener, server, client;
  Packet packet, big;
  attributes.MaxMessageLength = 0x10000;
  CHECK_STATUS(STATUS_INVALID_PARAMETER, NtAlpcCreatePort(&listener, NULL, &attributes));
  attributes.MaxMessageLength = 0x100;
  attributes.MaxPoolUsage = 0x200;
  listener = listen_with(attributes, NULL);
  client = connect_async(0);
  server = accept_next(listener, 7);
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &packet, 0));
  memset(&big, 0, sizeof big);
  big.header.DataLength = 0x100 - 0x28 + 1;
  big.header.TotalLength = 0x101;
  CHECK_STATUS(STATUS_PORT_MESSAGE_TOO_LONG, send_packet(client, FLAG_RELEASE_MESSAGE, &big, NULL));
  CHECK_STATUS(STATUS_PORT_MESSAGE_TOO_LONG, send_packet(server, FLAG_RELEASE_MESSAGE, &big, NULL));
  big.header.DataLength--;
  big.header.TotalLength--;
  for (int index = 0; index < 2; index++) CHECK_STATUS(STATUS_SUCCESS, send_packet(client, FLAG_RELEASE_MESSAGE, &big, NULL));
  CHECK_STATUS(STATUS_QUOTA_EXCEEDED, send_packet(client, FLAG_RELEASE_MESSAGE, &big, NULL));
  /* Section 5: a short buffer learns the length, and the message stays. */
  LARGE_INTEGER time;
  packet.length = 0x80;
  CHECK_STATUS(STATUS_BUFFER_TOO_SMALL, NtAlpcSendWaitReceivePort(listener, 0, NULL, NULL, &packet.header, &packet.length, NULL, milliseconds(0, &time)));
  CHECK_EQUAL(0x100, packet.length);
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  CHECK_STATUS(STATUS_SUCCESS, send_packet(client, FLAG_RELEASE_MESSAGE, &big, NULL));
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

static void nested_client(const char *argument) {
  (void)argument;
  HANDLE port = connect_to(0);
  Packet answer, last;
  CHECK_STATUS(STATUS_SUCCESS, call_text(port, "outer", &answer, LONG_TIME));
  CHECK_EQUAL(TYPE_REQUEST | TYPE_CONTINUATION_REQUIRED, answer.header.Type);
  Packet back = answer_to(&answer, "inner answer");
  last.length = sizeof last.header + sizeof last.data;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcSendWaitReceivePort(port, FLAG_SYNC_REQUEST, &back.header, NULL, &last.header, &last.length, NULL, NULL));
  CHECK_EQUAL(TYPE_REPLY, last.header.Type);
  CHECK(memcmp(last.data, "outer answer", 12) == 0);
  /* A short buffer for the answer: it stays on the port (8.5). */
  Packet request = text_packet("short");
  answer.length = 0x28;
  CHECK_STATUS(STATUS_BUFFER_TOO_SMALL, NtAlpcSendWaitReceivePort(port, FLAG_SYNC_REQUEST, &request.header, NULL, &answer.header, &answer.length, NULL, NULL));
  CHECK_EQUAL(0x28 + 4, answer.length);
  CHECK_STATUS(STATUS_SUCCESS, receive(port, &answer, 0));
  CHECK(strcmp(answer.data, "long") == 0);
  NtClose(port);
}

/* Row 3 and the nested callback of 8.5. */
static void nested(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0);
  HANDLE process = start_role("nested-client", "");
  HANDLE server = accept_next(listener, 3);
  Packet request, inner;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
  Packet back = answer_to(&request, "inner");
  inner.length = sizeof inner.header + sizeof inner.data;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcSendWaitReceivePort(server, FLAG_SYNC_REQUEST, &back.header, NULL, &inner.header, &inner.length, NULL, NULL));
  CHECK(memcmp(inner.data, "inner answer", 12) == 0);
  CHECK_STATUS(STATUS_SUCCESS, reply_text(server, FLAG_RELEASE_MESSAGE, &inner, "outer answer"));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
  CHECK_STATUS(STATUS_SUCCESS, reply_text(server, FLAG_RELEASE_MESSAGE, &request, "long"));
  expect_closed(listener, 3);
  expect_exit(process, 0);
  NtClose(server);
  NtClose(listener);
}

const Case messageCases[] = {
  {"datagrams", datagrams, NULL, NULL},
  {"requests", requests, NULL, NULL},
  {"server-initiated", server_initiated, NULL, NULL},
  {"own-queue", own_queue, NULL, NULL},
  {"completion-port", completion_port, NULL, NULL},
  {"waitable", waitable, NULL, NULL},
  {"switched", switched, "2=b,3=b,4=b,6=b,9=b,11=b,12=b", "type"},
  {"limits", limits, NULL, "port-attributes"},
  {"nested", nested, NULL, NULL},
  {NULL, NULL, NULL, NULL},
};
const Role messageRoles[] = {
  {"chatty-client", chatty_client},
  {"nested-client", nested_client},
  {NULL, NULL},
};
