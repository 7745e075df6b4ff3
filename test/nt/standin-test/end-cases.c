/* alpc.md 8.5 (timeouts) and 8.11: cancel, disconnect, close, death of processes. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

static NTSTATUS cancel(HANDLE port, const Packet *message, UINT32 flags, UINT64 context) {
  ALPC_CONTEXT_ATTR attribute = {.MessageContext = context, .MessageId = message->header.MessageId, .CallbackId = message->header.CallbackId};
  return NtAlpcCancelMessage(port, flags, &attribute);
}

static void send_request(HANDLE port, UINT64 context) {
  Attributes attributes = {{{0, 0}}};
  Packet packet = text_packet("request");
  ((ALPC_CONTEXT_ATTR *)add_attribute(&attributes, ATTRIBUTE_CONTEXT))->MessageContext = context;
  CHECK_STATUS(STATUS_SUCCESS, send_packet(port, 0, &packet, &attributes));
}

static void cancel_requests(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet request, notice, none = text_packet("");
  link_up(0, 0, &listener, &server, &client);
  CHECK_STATUS(STATUS_MESSAGE_NOT_FOUND, cancel(client, &none, 0, 0));
  /* Delivered, withdrawn by the sender: it is told, and the answer fails once, then is unknown. */
  send_request(client, 77);
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
  CHECK_STATUS(STATUS_INVALID_PARAMETER, cancel(client, &request, 0x10, 0));
  CHECK_STATUS(STATUS_CONTEXT_MISMATCH, cancel(client, &request, CANCEL_COMPARE_CONTEXT, 78));
  CHECK_STATUS(STATUS_MESSAGE_RETRIEVED, cancel(client, &request, CANCEL_TRY, 0));
  CHECK_STATUS(STATUS_MESSAGE_RETRIEVED, cancel(client, &request, CANCEL_COMPARE_CONTEXT, 77));
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &notice, 0));
  CHECK_EQUAL(TYPE_CANCELED, notice.header.Type);
  CHECK_EQUAL(request.header.MessageId, notice.header.MessageId);
  CHECK_EQUAL(77, ((ALPC_CONTEXT_ATTR *)attribute_of(&notice, ATTRIBUTE_CONTEXT))->MessageContext);
  CHECK_STATUS(STATUS_REQUEST_CANCELED, reply_text(listener, FLAG_RELEASE_MESSAGE, &request, "late"));
  CHECK_STATUS(STATUS_INVALID_MESSAGE, reply_text(listener, FLAG_RELEASE_MESSAGE, &request, "later"));
  /* Delivered, given up by the receiver. */
  send_request(client, 0);
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
  CHECK_STATUS(STATUS_MESSAGE_RETRIEVED, finish(listener, &request));
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &notice, 0));
  CHECK_EQUAL(TYPE_CANCELED, notice.header.Type);
  NtClose(client);
  expect_closed(listener, 7);
  NtClose(server);
  NtClose(listener);
}

/* Undelivered: the id is known to the sender because sends write it back here (question 4, position b). */
static void cancel_unread(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet request, notice;
  link_up(0, 0, &listener, &server, &client);
  Packet packet = text_packet("request");
  CHECK_STATUS(STATUS_SUCCESS, send_packet(client, 0, &packet, NULL));
  CHECK_STATUS(STATUS_PENDING, cancel(client, &packet, CANCEL_TRY, 0));
  CHECK_STATUS(STATUS_PENDING, cancel(client, &packet, CANCEL_COMPARE_CONTEXT, 123)); /* ignored: question 5, position b */
  CHECK_STATUS(STATUS_INVALID_MESSAGE, cancel(client, &packet, 0, 0));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
  CHECK_EQUAL(TYPE_CANCELED, request.header.Type);
  CHECK_EQUAL(packet.header.MessageId, request.header.MessageId);
  CHECK_EQUAL(0, request.header.DataLength);
  CHECK_STATUS(STATUS_TIMEOUT, receive(client, &notice, 0));
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

static void canceled_client(const char *argument) {
  HANDLE port = connect_to(0);
  Packet answer;
  NTSTATUS status = call_text(port, "request", &answer, LONG_TIME);
  if (strcmp(argument, "lost") == 0) CHECK_STATUS(STATUS_MESSAGE_LOST, status);
  else {
    CHECK_STATUS(STATUS_SUCCESS, status);
    CHECK_EQUAL(TYPE_CANCELED, answer.header.Type);
  }
  NtClose(port);
}

static void cancel_blocked(const char *argument) {
  HANDLE listener = listen_on(0);
  HANDLE process = start_role("canceled-client", argument);
  HANDLE server = accept_next(listener, 1);
  Packet request;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
  CHECK_STATUS(STATUS_MESSAGE_RETRIEVED, finish(listener, &request));
  expect_closed(listener, 1);
  expect_exit(process, 0);
  NtClose(server);
  NtClose(listener);
}

static void cancel_blocked_lost(const char *argument) {
  (void)argument;
  cancel_blocked("lost");
}

static void timeouts(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet packet;
  link_up(0, 0, &listener, &server, &client);
  CHECK_STATUS(STATUS_TIMEOUT, call_text(client, "nobody reads", &packet, 50));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  CHECK_EQUAL(TYPE_CANCELED, packet.header.Type);
  NtClose(client);
  expect_closed(listener, 7);
  NtClose(server);
  NtClose(listener);
}

static void impatient_client(const char *argument) {
  (void)argument;
  HANDLE port = connect_to(0);
  Packet answer;
  CHECK_STATUS(STATUS_TIMEOUT, call_text(port, "quick", &answer, 300));
  CHECK_STATUS(STATUS_SUCCESS, call_text(port, "patient", &answer, LONG_TIME));
  CHECK(strcmp(answer.data, "done") == 0);
  NtClose(port);
}

static void timeout_after_delivery(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0);
  HANDLE process = start_role("impatient-client", "");
  HANDLE server = accept_next(listener, 1);
  Packet first, second;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &first, LONG_TIME));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &second, LONG_TIME));
  CHECK_STATUS(STATUS_REQUEST_CANCELED, reply_text(listener, FLAG_RELEASE_MESSAGE, &first, "late"));
  CHECK_STATUS(STATUS_SUCCESS, reply_text(listener, FLAG_RELEASE_MESSAGE, &second, "done"));
  expect_closed(listener, 1);
  expect_exit(process, 0);
  NtClose(server);
  NtClose(listener);
}

/* Connects, leaves a view, a handle, a read and an unread request behind, and waits to be killed. */
static void doomed_client(const char *argument) {
  (void)argument;
  HANDLE port = connect_to(0);
  UINT64 section;
  SIZE_T actual;
  NtAlpcCreatePortSection(port, SECTION_SECURE, NULL, 0x1000, &section, &actual);
  ALPC_DATA_VIEW_ATTR view = {0, section, NULL, 0x1000};
  NtAlpcCreateSectionView(port, 0, &view);
  memset(view.ViewBase, 'x', 0x1000);
  Attributes attributes = {{{0, 0}}};
  Packet packet = text_packet("first");
  *(ALPC_DATA_VIEW_ATTR *)add_attribute(&attributes, ATTRIBUTE_VIEW) = view;
  ((ALPC_DATA_VIEW_ATTR *)AlpcGetMessageAttribute(&attributes.header, ATTRIBUTE_VIEW))->Flags = VIEW_SECURED_ACCESS;
  send_packet(port, 0, &packet, &attributes);
  send_text(port, 0, "second");
  call_text(port, "third", &packet, FOREVER);
}

static void client_death(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0);
  HANDLE process = start_role("doomed-client", "");
  HANDLE server = accept_next(listener, 1);
  Packet first, packet;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &first, LONG_TIME));
  ALPC_DATA_VIEW_ATTR *view = attribute_of(&first, ATTRIBUTE_VIEW);
  CHECK(view != NULL);
  Sleep(SHORT_TIME);
  TerminateProcess(process, 3);
  Sleep(SHORT_TIME);
  for (int index = 0; index < 2; index++) {
    CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, LONG_TIME));
    CHECK_EQUAL(TYPE_CANCELED, packet.header.Type);
  }
  expect_closed(listener, 1);
  CHECK(((char *)view->ViewBase)[0xFFF] == 'x');
  CHECK_STATUS(STATUS_REQUEST_CANCELED, reply_text(listener, FLAG_RELEASE_MESSAGE, &first, "to the dead"));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeleteSectionView(server, 0, view->ViewBase));
  expect_exit(process, 3);
  NtClose(server);
  NtClose(listener);
}

static void doomed_server(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0);
  HANDLE ready = OpenEventA(EVENT_ALL_ACCESS, FALSE, "standin-test-ready");
  SetEvent(ready);
  accept_next(listener, 1);
  accept_next(listener, 2);
  Packet packet;
  receive(listener, &packet, LONG_TIME);
  TerminateProcess(GetCurrentProcess(), 4);
}

static void server_death(const char *argument) {
  (void)argument;
  HANDLE ready = CreateEventA(NULL, TRUE, FALSE, "standin-test-ready");
  HANDLE process = start_role("doomed-server", "");
  CHECK_EQUAL(WAIT_OBJECT_0, WaitForSingleObject(ready, LONG_TIME));
  HANDLE idle = connect_to(0), busy = connect_to(0), pending = connect_async(0);
  Packet packet;
  /* The pending connect is what the server reads last; then it dies with this call unread. */
  CHECK_STATUS(STATUS_MESSAGE_LOST, call_text(busy, "are you there", &packet, LONG_TIME));
  expect_exit(process, 4);
  expect_closed(idle, (UINT_PTR)idle);
  CHECK_STATUS(STATUS_PORT_DISCONNECTED, receive(idle, &packet, FOREVER));
  CHECK_STATUS(STATUS_PORT_DISCONNECTED, send_text(busy, FLAG_RELEASE_MESSAGE, "x"));
  CHECK_STATUS(STATUS_SUCCESS, receive(pending, &packet, LONG_TIME));
  CHECK_EQUAL(TYPE_CANCELED, packet.header.Type);
  HANDLE listener = listen_on(0); /* the name is free again */
  NtClose(listener);
  NtClose(idle);
  NtClose(busy);
  NtClose(pending);
}

static void disconnect(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet packet;
  link_up(0, 0, &listener, &server, &client);
  CHECK_STATUS(STATUS_INVALID_PORT_HANDLE, NtAlpcDisconnectPort(listener, 0));
  CHECK_STATUS(STATUS_SUCCESS, send_text(client, FLAG_RELEASE_MESSAGE, "kept"));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDisconnectPort(client, DISCONNECT_NO_FLUSH));
  CHECK_STATUS(STATUS_PORT_DISCONNECTED, NtAlpcDisconnectPort(client, 0));
  CHECK_STATUS(STATUS_PORT_DISCONNECTED, send_text(client, FLAG_RELEASE_MESSAGE, "late"));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  CHECK_EQUAL(TYPE_DATAGRAM, packet.header.Type);
  expect_closed(listener, 7);
  NtClose(client);
  NtClose(server);
  client = connect_async(0);
  server = accept_next(listener, 8);
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &packet, 0));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDisconnectPort(server, 0));
  CHECK_STATUS(STATUS_PORT_DISCONNECTED, send_text(client, FLAG_RELEASE_MESSAGE, "late"));
  expect_closed(client, (UINT_PTR)client);
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

static DWORD WINAPI close_soon(void *port) {
  Sleep(SHORT_TIME);
  NtClose(port);
  return 0;
}

static DWORD WINAPI send_soon(void *port) {
  Sleep(SHORT_TIME);
  send_text(port, FLAG_RELEASE_MESSAGE, "wake");
  return 0;
}

/* A blocked receiver: woken by a message, ended by closing its handle (8.11). */
static void blocked_receiver(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet packet;
  link_up(0, 0, &listener, &server, &client);
  HANDLE thread = CreateThread(NULL, 0, send_soon, client, 0, NULL);
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, FOREVER));
  CHECK(strcmp(packet.data, "wake") == 0);
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
  thread = CreateThread(NULL, 0, close_soon, client, 0, NULL);
  CHECK_STATUS(STATUS_PORT_CLOSED, receive(client, &packet, FOREVER));
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
  NtClose(server);
  NtClose(listener);
}

const Case endCases[] = {
  {"cancel-requests", cancel_requests, NULL, NULL},
  {"cancel-unread", cancel_unread, "4=b,5=b", NULL},
  {"cancel-blocked", cancel_blocked, NULL, NULL},
  {"cancel-blocked-lost", cancel_blocked_lost, "1=b", NULL},
  {"timeouts", timeouts, NULL, NULL},
  {"timeout-after-delivery", timeout_after_delivery, NULL, NULL},
  {"client-death", client_death, NULL, NULL},
  {"server-death", server_death, NULL, NULL},
  {"disconnect", disconnect, NULL, NULL},
  {"blocked-receiver", blocked_receiver, NULL, NULL},
  {NULL, NULL, NULL, NULL},
};
const Role endRoles[] = {
  {"canceled-client", canceled_client},
  {"impatient-client", impatient_client},
  {"doomed-client", doomed_client},
  {"doomed-server", doomed_server},
  {NULL, NULL},
};
