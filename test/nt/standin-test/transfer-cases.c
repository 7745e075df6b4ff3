/* alpc.md 8.8, 8.9, 8.12: views, handles, memory of the client. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

static DWORD protection_of(const void *address) {
  MEMORY_BASIC_INFORMATION information;
  return VirtualQuery(address, &information, sizeof information) && information.State == MEM_COMMIT ? information.Protect : 0;
}

/* A section of one view, filled with `fill`. */
static ALPC_DATA_VIEW_ATTR make_view(HANDLE port, UINT32 sectionFlags, SIZE_T size, char fill) {
  ALPC_DATA_VIEW_ATTR view = {0, 0, NULL, size};
  SIZE_T actual;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreatePortSection(port, sectionFlags, NULL, size, &view.SectionHandle, &actual));
  CHECK_EQUAL(0, actual % 0x10000);
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreateSectionView(port, 0, &view));
  CHECK_EQUAL((size + 0xFFF) & ~0xFFFull, view.ViewSize);
  memset(view.ViewBase, fill, view.ViewSize);
  return view;
}

static NTSTATUS send_view(HANDLE port, UINT32 flags, Packet *packet, const ALPC_DATA_VIEW_ATTR *view, UINT32 viewFlags) {
  Attributes attributes = {{{0, 0}}};
  ALPC_DATA_VIEW_ATTR *attribute = add_attribute(&attributes, ATTRIBUTE_VIEW);
  *attribute = *view;
  attribute->Flags = viewFlags;
  return send_packet(port, flags, packet, &attributes);
}

static const ALPC_DATA_VIEW_ATTR noView = {0, 0, NULL, 0};

/* Client: a secure view there, a view back. */
static void view_client(const char *argument) {
  (void)argument;
  HANDLE port = connect_to(0);
  ALPC_DATA_VIEW_ATTR view = make_view(port, SECTION_SECURE, 100000, 'c');
  Packet packet = text_packet("take"), answer;
  CHECK_STATUS(STATUS_SUCCESS, send_view(port, 0, &packet, &view, VIEW_SECURED_ACCESS | VIEW_AUTO_RELEASE));
  CHECK_EQUAL(0, protection_of(view.ViewBase));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeletePortSection(port, 0, view.SectionHandle));
  CHECK_STATUS(STATUS_SUCCESS, receive(port, &answer, LONG_TIME));
  CHECK_EQUAL(TYPE_REPLY | TYPE_CONTINUATION_REQUIRED, answer.header.Type);
  ALPC_DATA_VIEW_ATTR *received = attribute_of(&answer, ATTRIBUTE_VIEW);
  CHECK(received != NULL && received->ViewSize == 0x2000 && ((char *)received->ViewBase)[0x1FFF] == 's');
  CHECK_EQUAL(PAGE_READWRITE, protection_of(received->ViewBase));
  const void *base = received->ViewBase;
  Packet back = answer_to(&answer, "");
  CHECK_STATUS(STATUS_SUCCESS, send_view(port, 0, &back, &noView, VIEW_UNMAP_EXISTING));
  CHECK_EQUAL(0, protection_of(base));
  CHECK_STATUS(STATUS_INVALID_MESSAGE, send_view(port, 0, &back, &noView, VIEW_UNMAP_EXISTING));
  NtClose(port);
}

static void views(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0);
  HANDLE process = start_role("view-client", "");
  HANDLE server = accept_next(listener, 1);
  Packet request;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
  ALPC_DATA_VIEW_ATTR *received = attribute_of(&request, ATTRIBUTE_VIEW);
  CHECK(received != NULL && received->ViewSize == 0x19000);
  CHECK_EQUAL(VIEW_SECURED_ACCESS | VIEW_AUTO_RELEASE, received->Flags);
  CHECK_EQUAL(PAGE_READONLY, protection_of(received->ViewBase));
  CHECK(((char *)received->ViewBase)[99999] == 'c');
  ALPC_DATA_VIEW_ATTR view = make_view(server, 0, 0x2000, 's');
  const void *base = received->ViewBase;
  Packet answer = answer_to(&request, "back");
  CHECK_STATUS(STATUS_SUCCESS, send_view(server, FLAG_RELEASE_MESSAGE, &answer, &view, VIEW_AUTO_RELEASE | VIEW_UNMAP_EXISTING));
  CHECK_EQUAL(0, protection_of(base));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeletePortSection(server, 0, view.SectionHandle));
  expect_closed(listener, 1);
  expect_exit(process, 0);
  NtClose(server);
  NtClose(listener);
}

/* A datagram with a view must be finished (row 1); without AUTO_RELEASE a secure sender can only read meanwhile. */
static void view_datagram(const char *argument) {
  (void)argument;
  HANDLE listener, server, client;
  Packet packet, received;
  link_up(0, PORT_ALLOW_LPC_REQUESTS, &listener, &server, &client);
  ALPC_DATA_VIEW_ATTR view = make_view(client, SECTION_SECURE, 0x1000, 'd');
  packet = text_packet("datagram");
  CHECK_STATUS(STATUS_SUCCESS, send_view(client, FLAG_RELEASE_MESSAGE, &packet, &view, VIEW_SECURED_ACCESS));
  CHECK_EQUAL(PAGE_READONLY, protection_of(view.ViewBase));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &received, 0));
  CHECK_EQUAL(TYPE_DATAGRAM | TYPE_CONTINUATION_REQUIRED, received.header.Type);
  ALPC_DATA_VIEW_ATTR *attribute = attribute_of(&received, ATTRIBUTE_VIEW);
  CHECK_STATUS(STATUS_MESSAGE_RETRIEVED, finish(listener, &received));
  CHECK_EQUAL(PAGE_READONLY, protection_of(attribute->ViewBase));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeleteSectionView(listener, 0, attribute->ViewBase));
  CHECK_STATUS(STATUS_INVALID_PARAMETER, NtAlpcDeleteSectionView(listener, 0, attribute->ViewBase));
  CHECK_EQUAL(PAGE_READWRITE, protection_of(view.ViewBase));
  /* What cannot be sent: not a view, not secure, another port's. */
  ALPC_DATA_VIEW_ATTR wrong = view;
  wrong.ViewBase = (char *)view.ViewBase + 0x1000;
  CHECK_STATUS(STATUS_INVALID_PARAMETER, send_view(client, 0, &packet, &wrong, 0));
  CHECK_STATUS(STATUS_INVALID_PARAMETER, send_view(server, 0, &packet, &view, 0));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeleteSectionView(client, 0, view.ViewBase));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeletePortSection(client, 0, view.SectionHandle));
  view = make_view(client, 0, 0x1000, 'i');
  CHECK_STATUS(STATUS_INVALID_PARAMETER, send_view(client, 0, &packet, &view, VIEW_SECURED_ACCESS));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeleteSectionView(client, 0, view.ViewBase));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeletePortSection(client, 0, view.SectionHandle));
  /* A view that nobody read goes with its message. */
  view = make_view(client, SECTION_SECURE, 0x1000, 'u');
  CHECK_STATUS(STATUS_SUCCESS, send_view(client, FLAG_RELEASE_MESSAGE, &packet, &view, VIEW_SECURED_ACCESS | VIEW_AUTO_RELEASE));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeletePortSection(client, 0, view.SectionHandle));
  NtClose(client);
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &received, 0));
  CHECK_EQUAL(TYPE_CANCELED, received.header.Type);
  NtClose(server);
  NtClose(listener);
}

static void section_limits(const char *argument) {
  (void)argument;
  ALPC_PORT_ATTRIBUTES attributes = port_attributes(0);
  attributes.MaxSectionSize = 0x20000;
  attributes.MaxViewSize = 0x10000;
  attributes.MaxTotalSectionSize = 0x30000;
  HANDLE port;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreatePort(&port, NULL, &attributes));
  UINT64 first, second;
  SIZE_T actual;
  CHECK_STATUS(STATUS_INVALID_PARAMETER, NtAlpcCreatePortSection(port, 1, NULL, 0x1000, &first, &actual));
  CHECK_STATUS(STATUS_INVALID_PARAMETER, NtAlpcCreatePortSection(port, SECTION_SECURE, NULL, 0, &first, &actual));
  CHECK_STATUS(STATUS_QUOTA_EXCEEDED, NtAlpcCreatePortSection(port, 0, NULL, 0x20001, &first, &actual));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreatePortSection(port, 0, NULL, 0x20000, &first, &actual));
  CHECK_STATUS(STATUS_QUOTA_EXCEEDED, NtAlpcCreatePortSection(port, 0, NULL, 0x10001, &second, &actual));
  ALPC_DATA_VIEW_ATTR large = {0, first, NULL, 0x10001}, views[3] = {{0, first, NULL, 0x10000}, {0, first, NULL, 0xF000}, {0, first, NULL, 0x1001}};
  CHECK_STATUS(STATUS_QUOTA_EXCEEDED, NtAlpcCreateSectionView(port, 0, &large));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreateSectionView(port, 0, &views[0]));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreateSectionView(port, 0, &views[1]));
  CHECK_STATUS(STATUS_INSUFFICIENT_RESOURCES, NtAlpcCreateSectionView(port, 0, &views[2]));
  views[2].ViewSize = 0x1000;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreateSectionView(port, 0, &views[2]));
  memset(views[2].ViewBase, 1, 0x1000);
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeletePortSection(port, 0, first));
  for (int index = 0; index < 3; index++) CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeleteSectionView(port, 0, views[index].ViewBase));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreatePortSection(port, 0, NULL, 0x20000, &second, &actual));
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcDeletePortSection(port, 0, second));
  NtClose(port);
}

static HANDLE pipe_with(const char *text) {
  HANDLE read, write;
  DWORD written;
  CHECK(CreatePipe(&read, &write, NULL, 0));
  WriteFile(write, text, (DWORD)strlen(text), &written, NULL);
  CloseHandle(write);
  return read;
}

static void expect_read(HANDLE file, const char *text) {
  char buffer[64] = "";
  DWORD length = 0;
  ReadFile(file, buffer, sizeof buffer - 1, &length, NULL);
  CHECK(strcmp(buffer, text) == 0);
}

static void handle_client(const char *argument) {
  (void)argument;
  HANDLE port = connect_to(PORT_ALLOW_DUP_OBJECT);
  HANDLE pipe = pipe_with("through a handle");
  HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
  Attributes attributes = {{{0, 0}}};
  Packet packet = text_packet("one"), answer;
  *(ALPC_HANDLE_ATTR *)add_attribute(&attributes, ATTRIBUTE_HANDLE) = (ALPC_HANDLE_ATTR){HANDLE_SAME_ACCESS, (UINT_PTR)pipe, 0, 0};
  CHECK_STATUS(STATUS_SUCCESS, send_packet(port, FLAG_RELEASE_MESSAGE, &packet, &attributes));
  ALPC_HANDLE_ATTR32 list[2] = {{HANDLE_SAME_ACCESS, (UINT32)(UINT_PTR)event, 0x10, 0}, {HANDLE_SAME_ACCESS, (UINT32)(UINT_PTR)pipe, 0x1, 0}};
  *(ALPC_HANDLE_ATTR *)add_attribute(&attributes, ATTRIBUTE_HANDLE) = (ALPC_HANDLE_ATTR){HANDLE_INDIRECT, (UINT_PTR)list, 2, 0};
  packet = text_packet("two");
  CHECK_STATUS(STATUS_SUCCESS, send_packet(port, 0, &packet, &attributes));
  CHECK_STATUS(STATUS_SUCCESS, receive(port, &answer, LONG_TIME));
  CHECK_EQUAL(WAIT_OBJECT_0, WaitForSingleObject(event, 0));
  /* The client's port accepts no array: the answer's only handle arrives as one. */
  ALPC_HANDLE_ATTR *handle = attribute_of(&answer, ATTRIBUTE_HANDLE);
  CHECK(handle != NULL && handle->ObjectType == 0x10);
  CHECK_EQUAL(WAIT_OBJECT_0, WaitForSingleObject((HANDLE)(UINT_PTR)handle->Handle, 0));
  CHECK_STATUS(STATUS_SUCCESS, NtClose((HANDLE)(UINT_PTR)handle->Handle));
  CHECK_STATUS(STATUS_SUCCESS, reply_text(port, 0, &answer, ""));
  list[0].ObjectType = 0x1;
  packet = text_packet("wrong type");
  CHECK_STATUS(STATUS_OBJECT_TYPE_MISMATCH, send_packet(port, 0, &packet, &attributes));
  list[0].Handle = 0xFFF0;
  CHECK_STATUS(STATUS_INVALID_HANDLE, send_packet(port, 0, &packet, &attributes));
  NtClose(port);
}

/* HANDLE attributes by index (a port with ALLOW_MULTIHANDLE), also of a datagram; and one directly, back. */
static void handles(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(PORT_ALLOW_DUP_OBJECT | PORT_ALLOW_MULTIHANDLE);
  HANDLE process = start_role("handle-client", "");
  HANDLE server = accept_next(listener, 1);
  Packet packet;
  ALPC_MESSAGE_HANDLE_INFORMATION information = {.Index = 0};
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, LONG_TIME));
  CHECK_EQUAL(TYPE_DATAGRAM | TYPE_CONTINUATION_REQUIRED, packet.header.Type);
  ALPC_HANDLE_ATTR *handle = attribute_of(&packet, ATTRIBUTE_HANDLE);
  CHECK(handle != NULL && handle->ObjectType == 1);
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcQueryInformationMessage(listener, &packet.header, 3, &information, sizeof information, NULL));
  CHECK_EQUAL(0x1, information.ObjectType);
  expect_read((HANDLE)(UINT_PTR)information.Handle, "through a handle");
  NtClose((HANDLE)(UINT_PTR)information.Handle);
  CHECK_STATUS(STATUS_MESSAGE_RETRIEVED, finish(listener, &packet));
  CHECK_STATUS(STATUS_INVALID_MESSAGE, NtAlpcQueryInformationMessage(listener, &packet.header, 3, &information, sizeof information, NULL));
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, LONG_TIME));
  handle = attribute_of(&packet, ATTRIBUTE_HANDLE);
  CHECK(handle != NULL && handle->ObjectType == 2);
  information.Index = 2;
  CHECK_STATUS(STATUS_INVALID_PARAMETER, NtAlpcQueryInformationMessage(listener, &packet.header, 3, &information, sizeof information, NULL));
  information.Index = 0;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcQueryInformationMessage(listener, &packet.header, 3, &information, sizeof information, NULL));
  CHECK_EQUAL(0x10, information.ObjectType);
  HANDLE event = (HANDLE)(UINT_PTR)information.Handle;
  SetEvent(event);
  Attributes attributes = {{{0, 0}}};
  Packet answer = answer_to(&packet, "answer");
  *(ALPC_HANDLE_ATTR *)add_attribute(&attributes, ATTRIBUTE_HANDLE) = (ALPC_HANDLE_ATTR){HANDLE_SAME_ACCESS, (UINT_PTR)event, 0x10, 0};
  CHECK_STATUS(STATUS_SUCCESS, send_packet(server, FLAG_RELEASE_MESSAGE, &answer, &attributes));
  NtClose(event);
  expect_closed(listener, 1);
  expect_exit(process, 0);
  NtClose(server);
  NtClose(listener);
}

static void handles_refused(const char *argument) {
  (void)argument;
  HANDLE listener, server, client, event = CreateEventA(NULL, TRUE, FALSE, NULL);
  ALPC_PORT_ATTRIBUTES attributes = port_attributes(PORT_ALLOW_DUP_OBJECT);
  attributes.DupObjectTypes = 0x1;
  listener = listen_with(attributes, NULL);
  client = connect_async(0);
  server = accept_next(listener, 7);
  Packet packet;
  CHECK_STATUS(STATUS_SUCCESS, receive(client, &packet, 0));
  Attributes send = {{{0, 0}}};
  *(ALPC_HANDLE_ATTR *)add_attribute(&send, ATTRIBUTE_HANDLE) = (ALPC_HANDLE_ATTR){HANDLE_SAME_ACCESS, (UINT_PTR)event, 0, 0};
  packet = text_packet("event");
  CHECK_STATUS(STATUS_OBJECT_TYPE_MISMATCH, send_packet(client, FLAG_RELEASE_MESSAGE, &packet, &send));
  ALPC_HANDLE_ATTR32 list[1] = {{HANDLE_SAME_ACCESS, (UINT32)(UINT_PTR)event, 0x10, 0}};
  *(ALPC_HANDLE_ATTR *)add_attribute(&send, ATTRIBUTE_HANDLE) = (ALPC_HANDLE_ATTR){HANDLE_INDIRECT, (UINT_PTR)list, 1, 0};
  CHECK_STATUS(STATUS_INVALID_PARAMETER, send_packet(client, FLAG_RELEASE_MESSAGE, &packet, &send));
  *(ALPC_HANDLE_ATTR *)add_attribute(&send, ATTRIBUTE_HANDLE) = (ALPC_HANDLE_ATTR){HANDLE_INDIRECT, (UINT_PTR)list, 513, 0};
  CHECK_STATUS(STATUS_LPC_HANDLE_COUNT_EXCEEDED, send_packet(client, FLAG_RELEASE_MESSAGE, &packet, &send));
  NtClose(client);
  NtClose(server);
  NtClose(listener);
  CloseHandle(event);
}

/* 8.12: a request offers memory of the client. */
static void offer_client(const char *argument) {
  (void)argument;
  HANDLE port = connect_to(0);
  static char source[100] = "to be read", target[100] = "";
  Packet packet = text_packet(""), answer;
  PORT_DATA_INFORMATION *information = (PORT_DATA_INFORMATION *)packet.data;
  information->Count = 3;
  information->Entries[0] = (PORT_DATA_ENTRY){(UINT_PTR)source, sizeof source};
  information->Entries[1] = (PORT_DATA_ENTRY){(UINT_PTR)target, sizeof target};
  information->Entries[2] = (PORT_DATA_ENTRY){0x10, 16};
  packet.header.DataLength = 8 + 3 * 16;
  packet.header.TotalLength = 0x28 + 8 + 3 * 16;
  packet.header.DataInfoOffset = 0x28;
  answer.length = sizeof answer.header + sizeof answer.data;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcSendWaitReceivePort(port, FLAG_SYNC_REQUEST, &packet.header, NULL, &answer.header, &answer.length, NULL, NULL));
  CHECK(strcmp(target, "was written") == 0);
  information->Count = 4;
  CHECK_STATUS(STATUS_INVALID_PARAMETER, send_packet(port, 0, &packet, NULL));
  NtClose(port);
}

static void request_data(const char *argument) {
  (void)argument;
  HANDLE listener = listen_on(0);
  HANDLE process = start_role("offer-client", "");
  HANDLE server = accept_next(listener, 1);
  Packet request;
  char buffer[101];
  SIZE_T done;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
  CHECK_EQUAL(0x28, request.header.DataInfoOffset);
  CHECK_STATUS(STATUS_SUCCESS, NtReadRequestData(server, &request.header, 0, buffer, 100, &done));
  CHECK_EQUAL(100, done);
  CHECK(strcmp(buffer, "to be read") == 0);
  CHECK_STATUS(STATUS_INVALID_PARAMETER, NtReadRequestData(server, &request.header, 0, buffer, 101, &done));
  CHECK_STATUS(STATUS_INVALID_PARAMETER, NtReadRequestData(server, &request.header, 3, buffer, 1, &done));
  CHECK_STATUS(STATUS_PARTIAL_COPY, NtReadRequestData(server, &request.header, 2, buffer, 16, &done));
  CHECK_STATUS(STATUS_SUCCESS, NtWriteRequestData(listener, &request.header, 1, "was written", 12, NULL));
  CHECK_STATUS(STATUS_SUCCESS, reply_text(listener, FLAG_RELEASE_MESSAGE, &request, ""));
  expect_closed(listener, 1);
  CHECK_STATUS(STATUS_INVALID_MESSAGE, NtReadRequestData(server, &request.header, 0, buffer, 1, &done));
  expect_exit(process, 0);
  NtClose(server);
  NtClose(listener);
}

const Case transferCases[] = {
  {"views", views, NULL, NULL},
  {"view-datagram", view_datagram, NULL, NULL},
  {"section-limits", section_limits, NULL, NULL},
  {"handles", handles, NULL, NULL},
  {"handles-refused", handles_refused, NULL, NULL},
  {"request-data", request_data, NULL, NULL},
  {NULL, NULL, NULL, NULL},
};
const Role transferRoles[] = {
  {"view-client", view_client},
  {"handle-client", handle_client},
  {"offer-client", offer_client},
  {NULL, NULL},
};
