#include "harness.h"

#include <stdio.h>

int failures;

void check_failed(const char *file, int line, const char *text, unsigned long long actual) {
  failures++;
  printf("    %s:%d: %s (0x%llx)\n", file, line, text, actual);
  fflush(stdout);
}

LARGE_INTEGER *milliseconds(int time, LARGE_INTEGER *storage) {
  if (time < 0) return NULL;
  storage->QuadPart = -10000ll * time;
  return storage;
}

ALPC_PORT_ATTRIBUTES port_attributes(UINT32 flags) {
  return (ALPC_PORT_ATTRIBUTES){
    .Flags = flags,
    .SecurityQos = {sizeof(SECURITY_QUALITY_OF_SERVICE), SecurityImpersonation, SECURITY_STATIC_TRACKING, FALSE},
    .MaxMessageLength = 0x1000,
    .MaxPoolUsage = ~0ull,
    .MaxSectionSize = ~0ull,
    .MaxViewSize = ~0ull,
    .MaxTotalSectionSize = ~0ull,
    .DupObjectTypes = 0xFFD,
  };
}

static UNICODE_STRING portName = {sizeof PORT_NAME - 2, sizeof PORT_NAME, (WCHAR *)PORT_NAME};

HANDLE listen_with(ALPC_PORT_ATTRIBUTES attributes, void *descriptor) {
  OBJECT_ATTRIBUTES object = {
    .Length = sizeof object, .ObjectName = &portName, .Attributes = OBJ_CASE_INSENSITIVE, .SecurityDescriptor = descriptor};
  HANDLE port = NULL;
  CHECK_STATUS(STATUS_SUCCESS, NtAlpcCreatePort(&port, &object, &attributes));
  return port;
}

HANDLE listen_on(UINT32 flags) {
  return listen_with(port_attributes(flags), NULL);
}

NTSTATUS connect_with(HANDLE *port, ALPC_PORT_ATTRIBUTES attributes, UINT32 flags, Packet *packet, int time) {
  LARGE_INTEGER storage;
  if (packet != NULL) packet->length = sizeof packet->header + sizeof packet->data;
  return NtAlpcConnectPort(port, &portName, NULL, &attributes, flags, NULL, packet == NULL ? NULL : &packet->header,
                           packet == NULL ? NULL : &packet->length, NULL, NULL, milliseconds(time, &storage));
}

HANDLE connect_to(UINT32 flags) {
  HANDLE port = NULL;
  CHECK_STATUS(STATUS_SUCCESS, connect_with(&port, port_attributes(flags), FLAG_SYNC_REQUEST, NULL, LONG_TIME));
  return port;
}

HANDLE connect_async(UINT32 flags) {
  HANDLE port = NULL;
  CHECK_STATUS(STATUS_SUCCESS, connect_with(&port, port_attributes(flags), 0, NULL, FOREVER));
  return port;
}

Packet text_packet(const char *text) {
  Packet packet;
  memset(&packet, 0, sizeof packet.header);
  packet.header.DataLength = (UINT16)strlen(text);
  packet.header.TotalLength = packet.header.DataLength + sizeof packet.header;
  strcpy(packet.data, text);
  return packet;
}

Packet answer_to(const Packet *request, const char *text) {
  Packet packet = text_packet(text);
  packet.header.MessageId = request->header.MessageId;
  packet.header.CallbackId = request->header.CallbackId;
  return packet;
}

NTSTATUS send_packet(HANDLE port, UINT32 flags, Packet *packet, Attributes *attributes) {
  return NtAlpcSendWaitReceivePort(port, flags, &packet->header, attributes == NULL ? NULL : &attributes->header, NULL, NULL, NULL, NULL);
}

NTSTATUS send_text(HANDLE port, UINT32 flags, const char *text) {
  Packet packet = text_packet(text);
  return send_packet(port, flags, &packet, NULL);
}

NTSTATUS reply_text(HANDLE port, UINT32 flags, const Packet *request, const char *text) {
  Packet packet = answer_to(request, text);
  return send_packet(port, flags, &packet, NULL);
}

static void prepare(Packet *packet) {
  SIZE_T required;
  packet->length = sizeof packet->header + sizeof packet->data;
  CHECK_STATUS(STATUS_SUCCESS, AlpcInitializeMessageAttribute(0xFE000000, &packet->attributes, sizeof packet->attributeBytes, &required));
  CHECK_EQUAL(0xA0, required);
}

static void terminate_text(Packet *packet, NTSTATUS status) {
  if (status == STATUS_SUCCESS && packet->header.DataLength < sizeof packet->data) packet->data[packet->header.DataLength] = 0;
}

NTSTATUS receive(HANDLE port, Packet *packet, int time) {
  LARGE_INTEGER storage;
  prepare(packet);
  NTSTATUS status = NtAlpcSendWaitReceivePort(port, 0, NULL, NULL, &packet->header, &packet->length, &packet->attributes,
                                              milliseconds(time, &storage));
  terminate_text(packet, status);
  return status;
}

NTSTATUS call_text(HANDLE port, const char *text, Packet *answer, int time) {
  LARGE_INTEGER storage;
  Packet request = text_packet(text);
  prepare(answer);
  NTSTATUS status = NtAlpcSendWaitReceivePort(port, FLAG_SYNC_REQUEST, &request.header, NULL, &answer->header, &answer->length,
                                              &answer->attributes, milliseconds(time, &storage));
  terminate_text(answer, status);
  return status;
}

NTSTATUS accept_packet(HANDLE listener, const Packet *request, UINT64 context, const char *text, HANDLE *port) {
  Packet answer = answer_to(request, text);
  return NtAlpcAcceptConnectPort(port, listener, 0, NULL, NULL, (void *)(UINT_PTR)context, &answer.header, NULL, context != 0);
}

HANDLE accept_next(HANDLE listener, UINT64 context) {
  Packet request;
  HANDLE port = NULL;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &request, LONG_TIME));
  CHECK_EQUAL(TYPE_CONNECTION_REQUEST | TYPE_CONTINUATION_REQUIRED, request.header.Type);
  CHECK_STATUS(STATUS_SUCCESS, accept_packet(listener, &request, context, "", &port));
  return port;
}

void *attribute_of(Packet *packet, UINT32 attribute) {
  return packet->attributes.ValidAttributes & attribute ? AlpcGetMessageAttribute(&packet->attributes, attribute) : NULL;
}

void *add_attribute(Attributes *attributes, UINT32 attribute) {
  if (attributes->header.AllocatedAttributes != 0xFE000000) memset(attributes, 0, sizeof *attributes);
  attributes->header.AllocatedAttributes = 0xFE000000;
  attributes->header.ValidAttributes |= attribute;
  return AlpcGetMessageAttribute(&attributes->header, attribute);
}

NTSTATUS finish(HANDLE port, Packet *packet) {
  return NtAlpcCancelMessage(port, 0, attribute_of(packet, ATTRIBUTE_CONTEXT));
}

void link_up(UINT32 listenerFlags, UINT32 clientFlags, HANDLE *listener, HANDLE *server, HANDLE *client) {
  Packet reply;
  *listener = listen_on(listenerFlags);
  *client = connect_async(clientFlags);
  *server = accept_next(*listener, 7);
  CHECK_STATUS(STATUS_SUCCESS, receive(*client, &reply, LONG_TIME));
  CHECK_EQUAL(TYPE_CONNECTION_REPLY, reply.header.Type);
}

void expect_closed(HANDLE listener, UINT64 context) {
  Packet packet;
  CHECK_STATUS(STATUS_SUCCESS, receive(listener, &packet, LONG_TIME));
  CHECK_EQUAL(TYPE_PORT_CLOSED, packet.header.Type);
  CHECK_EQUAL(8, packet.header.DataLength);
  ALPC_CONTEXT_ATTR *attribute = attribute_of(&packet, ATTRIBUTE_CONTEXT);
  CHECK(attribute != NULL && attribute->PortContext == context);
}

HANDLE start_role(const char *role, const char *argument) {
  char path[MAX_PATH], command[1024];
  GetModuleFileNameA(NULL, path, sizeof path);
  snprintf(command, sizeof command, "\"%s\" role %s %s", path, role, argument);
  STARTUPINFOA startup = {.cb = sizeof startup};
  PROCESS_INFORMATION information;
  if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &information)) {
    check_failed(__FILE__, __LINE__, role, GetLastError());
    return NULL;
  }
  CloseHandle(information.hThread);
  return information.hProcess;
}

void expect_exit(HANDLE process, DWORD code) {
  DWORD actual = 0;
  CHECK_EQUAL(WAIT_OBJECT_0, WaitForSingleObject(process, LONG_TIME));
  GetExitCodeProcess(process, &actual);
  CHECK_EQUAL(code, actual);
  CloseHandle(process);
}
