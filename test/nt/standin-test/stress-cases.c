/* Clients that die at any moment, also inside the stand-in; and how long a call takes. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 25, CALLS = 2000 };

/* Calls with a view, datagrams and cancelled requests, until it is killed. */
static void busy_client(const char *argument) {
  (void)argument;
  HANDLE port = connect_to(PORT_ALLOW_DUP_OBJECT);
  UINT64 section;
  SIZE_T actual;
  NtAlpcCreatePortSection(port, SECTION_SECURE, NULL, 0x40000, &section, &actual);
  for (;;) {
    ALPC_DATA_VIEW_ATTR view = {0, section, NULL, 0x3000};
    NtAlpcCreateSectionView(port, 0, &view);
    memset(view.ViewBase, 1, view.ViewSize);
    view.Flags = VIEW_SECURED_ACCESS | VIEW_AUTO_RELEASE;
    Attributes attributes = {{{0, 0}}};
    Packet packet = text_packet("call"), answer;
    *(ALPC_DATA_VIEW_ATTR *)add_attribute(&attributes, ATTRIBUTE_VIEW) = view;
    answer.length = sizeof answer.header + sizeof answer.data;
    if (NtAlpcSendWaitReceivePort(port, FLAG_SYNC_REQUEST, &packet.header, &attributes.header, &answer.header, &answer.length, NULL, NULL) != 0) return;
    send_text(port, FLAG_RELEASE_MESSAGE, "datagram");
    call_text(port, "quick", &answer, 1);
  }
}

static volatile UINT32 connections;

static void wait_for_connections(UINT32 count) {
  for (int time = 0; connections < count && time < LONG_TIME; time += 10) Sleep(10);
}

static DWORD WINAPI kill_clients(void *unused) {
  (void)unused;
  srand(7);
  for (int round = 0; round < ROUNDS; round++) {
    HANDLE first = start_role("busy-client", ""), second = start_role("busy-client", "");
    wait_for_connections(2 * round + 2);
    Sleep(rand() % 60);
    TerminateProcess(first, 1);
    Sleep(rand() % 20);
    TerminateProcess(second, 1);
    CloseHandle(first);
    CloseHandle(second);
  }
  HANDLE last = connect_to(0);
  Packet answer;
  CHECK_STATUS(STATUS_SUCCESS, call_text(last, "stop", &answer, LONG_TIME));
  NtClose(last);
  return 0;
}

static HANDLE servers[2 * ROUNDS + 2];

/* Answers everything, releases every view, closes every port that lost its client. */
static BOOL serve(HANDLE listener, Packet *packet, UINT32 *open) {
  ALPC_CONTEXT_ATTR *context = attribute_of(packet, ATTRIBUTE_CONTEXT);
  ALPC_DATA_VIEW_ATTR *view = attribute_of(packet, ATTRIBUTE_VIEW);
  BOOL stop = FALSE;
  switch (packet->header.Type & 0xFF) {
    case TYPE_CONNECTION_REQUEST:
      if (accept_packet(listener, packet, connections + 1, "", &servers[connections]) != STATUS_SUCCESS) return FALSE;
      connections++;
      (*open)++;
      return FALSE;
    case TYPE_REQUEST:
      stop = strcmp(packet->data, "stop") == 0;
      if (strcmp(packet->data, "quick") == 0) Sleep(1);
      reply_text(listener, FLAG_RELEASE_MESSAGE, packet, "answer");
      if (view != NULL) CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeleteSectionView(servers[context->PortContext - 1], 0, view->ViewBase));
      return stop;
    case TYPE_PORT_CLOSED:
      NtClose(servers[context->PortContext - 1]);
      (*open)--;
      return FALSE;
    default: return FALSE;
  }
}

static void killed_clients(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0);
  HANDLE thread = CreateThread(NULL, 0, kill_clients, NULL, 0, NULL);
  UINT32 open = 0;
  BOOL stopping = FALSE;
  static Packet packet;
  while (!stopping || open > 0) {
    if (receive(listener, &packet, LONG_TIME) != STATUS_SUCCESS) break;
    if (serve(listener, &packet, &open)) stopping = TRUE;
  }
  CHECK(stopping);
  CHECK_EQUAL(0, open);
  CHECK_EQUAL(2 * ROUNDS + 1, connections);
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
  char report[4096];
  StandinReport(report, sizeof report);
  CHECK(strstr(report, "ports=1 messages=0 views=0 sections=0 contexts=0 handles=0 violations=0") != NULL);
  NtClose(listener);
}

static void fast_client(const char *argument) {
  (void)argument;
  HANDLE port = connect_to(0);
  Packet answer;
  ULONGLONG start = GetTickCount64();
  for (int index = 0; index < CALLS; index++) CHECK_STATUS(STATUS_SUCCESS, call_text(port, "call", &answer, LONG_TIME));
  printf("     %d calls in %llu ms\n", CALLS, GetTickCount64() - start);
  NtClose(port);
}

static void many_calls(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0);
  HANDLE process = start_role("fast-client", "");
  HANDLE server = accept_next(listener, 1);
  static Packet packet;
  for (int index = 0; index < CALLS; index++) {
    CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, LONG_TIME));
    CHECK_STATUS(STATUS_SUCCESS, reply_text(listener, FLAG_RELEASE_MESSAGE, &packet, "answer"));
  }
  expect_closed(listener, 1);
  expect_exit(process, 0);
  NtClose(server);
  NtClose(listener);
}

const Case stressCases[] = {
  {"killed-clients", killed_clients, NULL, NULL},
  {"many-calls", many_calls, NULL, NULL},
  {NULL, NULL, NULL, NULL},
};
const Role stressRoles[] = {
  {"busy-client", busy_client},
  {"fast-client", fast_client},
  {NULL, NULL},
};
