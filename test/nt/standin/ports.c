/* Port objects: alpc.md 1, 2.4, 8.1, 8.11. */
#include "standin.h"

static UINT16 portsByHandle[0x10000]; /* of this process, by handle value / 4 */

UINT32 port_find(HANDLE handle) {
  UINT_PTR row = (UINT_PTR)handle / 4;
  if (row >= 0x10000) return 0;
  UINT32 port = portsByHandle[row];
  const Port *found = &session->ports[port];
  return port != 0 && found->kind != PORT_FREE && found->process == self && found->handle == handle ? port : 0;
}

/* Section 3.1: SYSTEM_PROCESS is the only flag that is rejected; section 6: MaxMessageLength below 0x10000. */
NTSTATUS check_port_attributes(const ALPC_PORT_ATTRIBUTES *attributes) {
  if (attributes == NULL) return STATUS_SUCCESS;
  if (attributes->Flags & PORT_SYSTEM_PROCESS) return STATUS_INVALID_PARAMETER;
  if (attributes->MaxMessageLength >= MAX_TOTAL_LENGTH || attributes->MaxMessageLength < HEADER_SIZE) {
    violation("port-attributes", "MaxMessageLength %llu", (unsigned long long)attributes->MaxMessageLength);
    return STATUS_INVALID_PARAMETER;
  }
  if (attributes->SecurityQos.Length != sizeof(SECURITY_QUALITY_OF_SERVICE) && attributes->SecurityQos.Length != 0)
    violation("port-attributes", "SecurityQos.Length %lu", (unsigned long)attributes->SecurityQos.Length);
  if ((UINT32)attributes->SecurityQos.ImpersonationLevel > 3) return STATUS_BAD_IMPERSONATION_LEVEL;
  return STATUS_SUCCESS;
}

static const ALPC_PORT_ATTRIBUTES defaultAttributes = {
  .SecurityQos = {.Length = sizeof(SECURITY_QUALITY_OF_SERVICE), .ImpersonationLevel = SecurityImpersonation},
  .MaxMessageLength = 512 + HEADER_SIZE, /* section 6: legacy ports carry 512 octets */
  .MaxPoolUsage = ~0ull,
  .MaxSectionSize = ~0ull,
  .MaxViewSize = ~0ull,
  .MaxTotalSectionSize = ~0ull,
};

UINT32 port_add(PortKind kind, const ALPC_PORT_ATTRIBUTES *attributes, NTSTATUS *status) {
  *status = STATUS_INSUFFICIENT_RESOURCES;
  UINT32 port = 1;
  while (port <= MAX_PORTS && session->ports[port].kind != PORT_FREE) port++;
  if (port > MAX_PORTS) return 0;
  HANDLE handle = CreateEventA(NULL, TRUE, FALSE, NULL);
  if (handle == NULL) return 0;
  if ((UINT_PTR)handle / 4 >= 0x10000) {
    CloseHandle(handle);
    return 0;
  }
  Port *row = &session->ports[port];
  UINT32 generation = row->generation + 1;
  memset(row, 0, sizeof *row);
  row->generation = generation;
  row->process = self;
  row->handle = handle;
  row->attributes = attributes == NULL ? defaultAttributes : *attributes;
  /* Section 3.1: a connection port may be the target of new messages without asking; a server's side likewise. */
  if (kind != PORT_CLIENT) row->attributes.Flags |= PORT_ALLOW_LPC_REQUESTS;
  row->kind = kind;
  portsByHandle[(UINT_PTR)handle / 4] = (UINT16)port;
  *status = STATUS_SUCCESS;
  return port;
}

/* A server receives everything from its connection port (section 1). */
UINT32 port_of_queue(UINT32 port) {
  const Port *row = &session->ports[port];
  return row->kind == PORT_SERVER ? row->listener : port;
}

/* Section 8.11: what happens to the messages between two ports when `closing` goes away. */
static void end_messages(UINT32 closing, UINT32 peer, BOOLEAN flush) {
  for (UINT32 message = 1; message <= session->usedMessages; message++) {
    Message *row = &session->messages[message];
    if (row->state == MESSAGE_FREE) continue;
    BOOLEAN outgoing = row->from == closing && row->to == peer;
    BOOLEAN incoming = row->from == peer && row->to == closing;
    if (!outgoing && !incoming) continue;
    row->waiter = 0;
    if (incoming) message_free(message);
    else if (row->state == MESSAGE_OWED) row->state = MESSAGE_WITHDRAWN;
    else if (row->state == MESSAGE_QUEUED && row->queue != 0 && flush) message_turn_canceled(message);
  }
}

static void fail_waiters(UINT32 port, NTSTATUS status) {
  for (UINT32 waiter = 1; waiter <= MAX_WAITERS; waiter++) {
    const Waiter *row = &session->waiters[waiter];
    if (row->process != 0 && row->port == port && row->message != 0) waiter_finish(waiter, OUTCOME_FAILED, status);
  }
}

static BOOLEAN has_close_notice(UINT32 port) {
  for (UINT32 message = 1; message <= session->usedMessages; message++) {
    const Message *row = &session->messages[message];
    if (row->state == MESSAGE_QUEUED && row->kind == TYPE_PORT_CLOSED && row->to == port) return TRUE;
  }
  return FALSE;
}

/*
 * NtAlpcDisconnectPort and the first half of closing. Whoever does it may be killed meanwhile: the links between the two
 * ports go last, so that the next one does it again.
 */
void port_disconnect(UINT32 port, BOOLEAN flush) {
  Port *row = &session->ports[port];
  UINT32 peer = row->peer;
  row->state = PORT_DISCONNECTED;
  if (peer == 0) return;
  Port *other = &session->ports[peer];
  end_messages(port, peer, flush);
  fail_waiters(port, STATUS_PORT_CLOSED);
  fail_waiters(peer, STATUS_MESSAGE_LOST);
  other->state = PORT_DISCONNECTED;
  if (other->peer == port && port_of_queue(peer) != 0 && !has_close_notice(peer)) message_send_notice(TYPE_PORT_CLOSED, port, peer);
  other->peer = 0;
  row->peer = 0;
}

/* A client that goes before it was accepted: the server's accept fails with REQUEST_CANCELED (8.3). */
static void withdraw_connect(UINT32 port) {
  UINT32 message = session->ports[port].connectMessage;
  if (message == 0) return;
  Message *row = &session->messages[message];
  row->withdrawn = 1;
  row->from = 0;
  row->waiter = 0;
  session->ports[port].connectMessage = 0;
}

/* Section 8.11: the connection port goes; its clients are disconnected, pending ones get CANCELED. */
static void close_listener(UINT32 port) {
  for (UINT32 other = 1; other <= MAX_PORTS; other++) {
    Port *row = &session->ports[other];
    if (row->kind == PORT_SERVER && row->listener == port) {
      port_disconnect(other, TRUE);
      row->listener = 0;
    }
  }
  for (UINT32 message = 1; message <= session->usedMessages; message++) {
    Message *row = &session->messages[message];
    if (row->state == MESSAGE_FREE || (row->to != port && row->queue != port)) continue;
    UINT32 client = row->kind == TYPE_CONNECTION_REQUEST ? row->from : 0;
    UINT32 waiter = row->waiter;
    message_free(message);
    if (waiter != 0) waiter_finish(waiter, OUTCOME_FAILED, STATUS_MESSAGE_LOST);
    if (client == 0) continue;
    session->ports[client].connectMessage = 0;
    session->ports[client].state = PORT_DISCONNECTED;
    if (waiter == 0) message_send_notice(TYPE_CANCELED, port, client);
  }
}

/* What a port's owner should have ended before it closed the port (section 7, pitfalls 3 and 11). */
static void report_unfinished(UINT32 port) {
  if (switch_lenient_close()) return;
  for (UINT32 message = 1; message <= session->usedMessages; message++) {
    const Message *row = &session->messages[message];
    if (row->state == MESSAGE_OWED && row->to == port && !row->withdrawn)
      violation("unfinished-message", "port closed with message 0x%x of type %u still owed", row->id, row->kind);
  }
}

/* NtClose of the last handle, or the end of the process that had it. */
void port_remove(UINT32 port, BOOLEAN byOwner) {
  Port *row = &session->ports[port];
  if (byOwner) report_unfinished(port);
  if (row->kind == PORT_CLIENT) withdraw_connect(port);
  port_disconnect(port, TRUE);
  if (row->kind == PORT_CONNECTION) close_listener(port);
  port_contexts_remove(port, byOwner);
  port_sections_remove(port, byOwner);
  for (UINT32 message = 1; message <= session->usedMessages; message++) {
    Message *left = &session->messages[message];
    if (left->state == MESSAGE_FREE) continue;
    if (left->to == port || left->queue == port) message_free(message);
    else if (left->origin == port) left->origin = 0;
    if (left->from == port) left->from = 0;
  }
  for (UINT32 waiter = 1; waiter <= MAX_WAITERS; waiter++)
    if (session->waiters[waiter].process != 0 && session->waiters[waiter].port == port)
      waiter_finish(waiter, OUTCOME_FAILED, STATUS_PORT_CLOSED);
  row->kind = PORT_FREE;
  close_in_process(row->process, row->completionPort);
  close_in_process(row->process, row->token);
  close_in_process(row->process, row->handle);
}

void process_ports_remove(UINT32 process) {
  /* Connection ports last: their clients' messages are ended link by link before. */
  for (UINT32 port = 1; port <= MAX_PORTS; port++)
    if (session->ports[port].kind != PORT_FREE && session->ports[port].kind != PORT_CONNECTION &&
        session->ports[port].process == process)
      port_remove(port, FALSE);
  for (UINT32 port = 1; port <= MAX_PORTS; port++)
    if (session->ports[port].kind != PORT_FREE && session->ports[port].process == process) port_remove(port, FALSE);
}

static BOOLEAN same_name(const Port *port, const UNICODE_STRING *name) {
  return CompareStringOrdinal(port->name, (int)port->nameLength, name->Buffer, name->Length / 2, TRUE) == CSTR_EQUAL;
}

UINT32 port_by_name(const UNICODE_STRING *name) {
  for (UINT32 port = 1; port <= MAX_PORTS; port++)
    if (session->ports[port].kind == PORT_CONNECTION && session->ports[port].nameLength != 0 &&
        same_name(&session->ports[port], name))
      return port;
  return 0;
}

static BOOLEAN begins_with(const UNICODE_STRING *name, const WCHAR *directory) {
  int length = lstrlenW(directory);
  return name->Length / 2 > length && CompareStringOrdinal(name->Buffer, length, directory, length, TRUE) == CSTR_EQUAL;
}

/* Section 1: names live in directories of the object manager. */
NTSTATUS check_name(const UNICODE_STRING *name) {
  if (name->Length == 0 || name->Length % 2 != 0 || name->Buffer == NULL || name->Length / 2 >= MAX_NAME)
    return STATUS_OBJECT_NAME_INVALID;
  if (name->Buffer[0] != L'\\') return STATUS_OBJECT_PATH_SYNTAX_BAD;
  int last = name->Length / 2 - 1;
  if (name->Buffer[last] == L'\\') return STATUS_OBJECT_NAME_INVALID;
  int slash = last;
  while (name->Buffer[slash] != L'\\') slash--;
  if (slash == 0) return STATUS_SUCCESS;
  if (begins_with(name, L"\\Sessions\\")) return STATUS_SUCCESS;
  static const WCHAR *const directories[] = {L"\\RPC Control\\", L"\\BaseNamedObjects\\"};
  for (int index = 0; index < 2; index++)
    if (begins_with(name, directories[index]) && lstrlenW(directories[index]) == slash + 1) return STATUS_SUCCESS;
  return STATUS_OBJECT_PATH_NOT_FOUND;
}

/* Section 8.1. */
static NTSTATUS create_port(HANDLE *handle, const OBJECT_ATTRIBUTES *object, const ALPC_PORT_ATTRIBUTES *attributes) {
  const UNICODE_STRING *name = object == NULL ? NULL : object->ObjectName;
  NTSTATUS status = check_port_attributes(attributes);
  if (status != STATUS_SUCCESS) return status;
  if (object != NULL && object->Length != sizeof(OBJECT_ATTRIBUTES)) return STATUS_INVALID_PARAMETER;
  if (name != NULL && (status = check_name(name)) != STATUS_SUCCESS) return status;
  if (name != NULL && port_by_name(name) != 0) return STATUS_OBJECT_NAME_COLLISION;
  UINT32 port = port_add(PORT_CONNECTION, attributes, &status);
  if (port == 0) return status;
  Port *row = &session->ports[port];
  status = descriptor_capture(object == NULL ? NULL : object->SecurityDescriptor, row);
  if (status != STATUS_SUCCESS) {
    port_remove(port, FALSE);
    return status;
  }
  if (name != NULL) {
    memcpy(row->name, name->Buffer, name->Length);
    row->nameLength = name->Length / 2;
  }
  HANDLE token = current_token();
  identity_of(token, &row->identity);
  CloseHandle(token);
  *handle = row->handle;
  return STATUS_SUCCESS;
}

ALPC_CALL NtAlpcCreatePort(HANDLE *handle, OBJECT_ATTRIBUTES *object, ALPC_PORT_ATTRIBUTES *attributes) {
  if (handle == NULL) return STATUS_ACCESS_VIOLATION;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = create_port(handle, object, attributes);
  session_leave();
  return status;
}

/* Section 8.11; open question 6. */
static NTSTATUS disconnect_port(HANDLE handle, UINT32 flags) {
  UINT32 port = port_find(handle);
  if (port == 0) return STATUS_INVALID_HANDLE;
  if (flags & ~DISCONNECT_NO_FLUSH) return STATUS_INVALID_PARAMETER;
  Port *row = &session->ports[port];
  if (row->kind == PORT_CONNECTION) return STATUS_INVALID_PORT_HANDLE;
  if (row->state != PORT_CONNECTED) return STATUS_PORT_DISCONNECTED;
  if (row->kind == PORT_SERVER && switch_value(6) == 'b') {
    row->state = PORT_DISCONNECTED; /* the client goes on as if nothing had happened */
    return STATUS_SUCCESS;
  }
  port_disconnect(port, !(flags & DISCONNECT_NO_FLUSH));
  return STATUS_SUCCESS;
}

ALPC_CALL NtAlpcDisconnectPort(HANDLE handle, UINT32 flags) {
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = disconnect_port(handle, flags);
  session_leave();
  return status;
}

/* Ports are closed here; every other handle is the system's. */
ALPC_CALL NtClose(HANDLE handle) {
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  UINT32 port = port_find(handle);
  if (port != 0) port_remove(port, TRUE);
  session_leave();
  if (port != 0) return STATUS_SUCCESS;
  return CloseHandle(handle) ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}
