/* What the stand-in reports: every deliberate violation, and nothing else. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

static void left_open(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet request;
  link_up(0, 0, &listener, &server, &client);
  send_text(client, 0, "never answered");
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
  char report[4096];
  CHECK_EQUAL(0, StandinReport(report, sizeof report));
  CHECK(strstr(report, "ports=3 messages=1 views=0 sections=0 contexts=0 handles=0 violations=0") != NULL);
}

/* Closing a port with a request that is still owed. */
static void closed_unfinished(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet request;
  link_up(0, 0, &listener, &server, &client);
  send_text(client, 0, "never answered");
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, 0));
  NtClose(server);
  NtClose(listener);
  NtClose(client);
}

/* Sends an event of this process through both ends of a connection in it; the event itself is closed. */
static HANDLE receive_event(HANDLE client, HANDLE listener) {
  HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
  Attributes attributes = {{{0, 0}}};
  *(ALPC_HANDLE_ATTR *)add_attribute(&attributes, ATTRIBUTE_HANDLE) = (ALPC_HANDLE_ATTR){HANDLE_SAME_ACCESS, (UINT_PTR)event, 0, 0};
  Packet packet = text_packet("");
  CHECK_STATUS(STATUS_SUCCESS, send_packet(client, FLAG_RELEASE_MESSAGE, &packet, &attributes));
  CloseHandle(event);
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, 0));
  ALPC_HANDLE_ATTR *attribute = attribute_of(&packet, ATTRIBUTE_HANDLE);
  CHECK(attribute != NULL);
  HANDLE received = attribute == NULL ? NULL : (HANDLE)(UINT_PTR)attribute->Handle;
  CHECK_STATUS(STATUS_MESSAGE_RETRIEVED, finish(listener, &packet));
  return received;
}

static void leaked_transfer(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  UINT64 section;
  SIZE_T actual;
  link_up(PORT_ALLOW_DUP_OBJECT, 0, &listener, &server, &client);
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreatePortSection(client, 0, NULL, 1, &section, &actual));
  ALPC_DATA_VIEW_ATTR view = {0, section, NULL, 1};
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreateSectionView(client, 0, &view));
  SECURITY_QUALITY_OF_SERVICE quality = {sizeof quality, SecurityIdentification, SECURITY_STATIC_TRACKING, FALSE};
  ALPC_SECURITY_ATTR context = {0, &quality, 0};
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreateSecurityContext(client, 0, &context));
  receive_event(client, listener);
  char report[4096];
  StandinReport(report, sizeof report);
  CHECK(strstr(report, "ports=3 messages=0 views=1 sections=1 contexts=1 handles=1 violations=0") != NULL);
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

/* A received handle is often closed by others than who received it, as by the runtime library below a file descriptor. */
static void closed_by_others(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  link_up(PORT_ALLOW_DUP_OBJECT, 0, &listener, &server, &client);
  HANDLE received = receive_event(client, listener);
  CHECK(CloseHandle(received));
  HANDLE another = NULL;
  for (int tries = 0; another != received && tries < 10000; tries++) another = CreateEventA(NULL, TRUE, FALSE, NULL);
  CHECK_EQUAL((UINT_PTR)received, (UINT_PTR)another);
  char report[4096];
  StandinReport(report, sizeof report);
  CHECK(strstr(report, "handles=0 violations=0") != NULL);
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

static void wrong_calls(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  LARGE_INTEGER time;
  link_up(0, 0, &listener, &server, &client);
  Packet packet = text_packet("typed"), received;
  packet.header.Type = TYPE_DATAGRAM;
  CHECK_STATUS(STATUS_SUCCESS, send_packet(client, FLAG_RELEASE_MESSAGE, &packet, NULL));
  packet = text_packet("length");
  packet.header.TotalLength++;
  CHECK_STATUS(STATUS_INVALID_PARAMETER, send_packet(client, FLAG_RELEASE_MESSAGE, &packet, NULL));
  received.length = 0x20;
  CHECK_STATUS(STATUS_BUFFER_TOO_SMALL, NtAlpcSendWaitReceivePort(listener, 0, NULL, NULL, &received.header, &received.length, NULL, milliseconds(0, &time)));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &received, 0));
  CHECK_STATUS(STATUS_TIMEOUT, NtAlpcSendWaitReceivePort(listener, 0, NULL, NULL, &received.header, &received.length, &received.attributes, milliseconds(0, &time)));
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

/* Pitfall 20: a secured view of two pages, of which one has been written. */
static void untouched_page(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  UINT64 section;
  SIZE_T actual;
  link_up(0, 0, &listener, &server, &client);
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreatePortSection(client, SECTION_SECURE, NULL, 0x2000, &section, &actual));
  ALPC_DATA_VIEW_ATTR view = {0, section, NULL, 0x2000};
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreateSectionView(client, 0, &view));
  *(char *)view.ViewBase = 1;
  Attributes attributes = {{{0, 0}}};
  ALPC_DATA_VIEW_ATTR *attribute = add_attribute(&attributes, ATTRIBUTE_VIEW);
  *attribute = view;
  attribute->Flags = VIEW_SECURED_ACCESS | VIEW_AUTO_RELEASE;
  Packet packet = text_packet("half");
  CHECK_STATUS(STATUS_INVALID_PARAMETER, send_packet(client, FLAG_RELEASE_MESSAGE, &packet, &attributes));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeleteSectionView(client, 0, view.ViewBase));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeletePortSection(client, 0, section));
  NtClose(client);
  NtClose(server);
  NtClose(listener);
}

const Case reportCases[] = {
  {"left-open", left_open, NULL, "port unfinished-message"},
  {"closed-unfinished", closed_unfinished, NULL, "unfinished-message"},
  {"closed-unfinished-lenient", closed_unfinished, "close=lenient", NULL},
  {"leaked-transfer", leaked_transfer, NULL, "view section security-context handle"},
  {"closed-by-others", closed_by_others, NULL, NULL},
  {"untouched-page", untouched_page, NULL, "untouched"},
  {"wrong-calls", wrong_calls, NULL, "type length buffer-length valid-attributes"},
  {NULL, NULL, NULL, NULL},
};
