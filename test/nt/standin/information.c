/* NtAlpcQueryInformation and NtAlpcSetInformation: alpc.md 2.7. */
#include "standin.h"

static void set_needed(UINT32 *needed, UINT32 size) {
  if (needed != NULL) *needed = size;
}

static NTSTATUS query_basic(const Port *port, ALPC_BASIC_INFORMATION *information, UINT32 length, UINT32 *needed) {
  set_needed(needed, sizeof *information);
  if (length < sizeof *information) return STATUS_INFO_LENGTH_MISMATCH;
  *information = (ALPC_BASIC_INFORMATION){port->attributes.Flags, port->sequence, port->context};
  return STATUS_SUCCESS;
}

/* Class 4 asks for the server of a thread that is blocked in a call. */
static NTSTATUS query_server(ALPC_SERVER_INFORMATION *information, UINT32 length, UINT32 *needed) {
  if (length < sizeof *information) {
    set_needed(needed, sizeof *information);
    return STATUS_INFO_LENGTH_MISMATCH;
  }
  DWORD thread = GetThreadId(information->ThreadHandle);
  if (thread == 0) return STATUS_INVALID_HANDLE;
  for (UINT32 waiter = 1; waiter <= MAX_WAITERS; waiter++) {
    const Waiter *row = &session->waiters[waiter];
    if (row->process == 0 || row->message == 0) continue;
    const Message *message = &session->messages[row->message];
    if (message->thread != thread || message->to == 0) continue;
    const Port *server = &session->ports[port_of_queue(message->to)];
    UINT32 size = sizeof *information + 2 * server->nameLength;
    set_needed(needed, size);
    if (length < size) return STATUS_INFO_LENGTH_MISMATCH;
    WCHAR *name = (WCHAR *)(information + 1);
    memset(information, 0, sizeof *information);
    information->ThreadBlocked = TRUE;
    information->ConnectedProcessId = session->processes[server->process].pid;
    information->ConnectionPortName = (UNICODE_STRING){2 * server->nameLength, 2 * server->nameLength, name};
    memcpy(name, server->name, 2 * server->nameLength);
    return STATUS_SUCCESS;
  }
  memset(information, 0, sizeof *information);
  set_needed(needed, sizeof *information);
  return STATUS_SUCCESS;
}

/* Class 12, on a client's port: the server's process. */
static NTSTATUS query_server_session(const Port *port, ALPC_SERVER_SESSION_INFORMATION *information, UINT32 length, UINT32 *needed) {
  set_needed(needed, sizeof *information);
  if (length < sizeof *information) return STATUS_INFO_LENGTH_MISMATCH;
  if (port->kind != PORT_CLIENT) return STATUS_INVALID_PORT_HANDLE;
  if (port->peer == 0) return STATUS_PORT_DISCONNECTED;
  information->ProcessId = session->processes[session->ports[port->peer].process].pid;
  DWORD sessionId = 0;
  ProcessIdToSessionId(information->ProcessId, &sessionId);
  information->SessionId = sessionId;
  return STATUS_SUCCESS;
}

ALPC_CALL NtAlpcQueryInformation(HANDLE handle, UINT32 class, void *information, UINT32 length, UINT32 *needed) {
  if (information == NULL) return STATUS_ACCESS_VIOLATION;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  UINT32 port = port_find(handle);
  if (port == 0 && class != 4) status = STATUS_INVALID_HANDLE;
  else if (class == 0) status = query_basic(&session->ports[port], information, length, needed);
  else if (class == 4) status = query_server(information, length, needed);
  else if (class == 12) status = query_server_session(&session->ports[port], information, length, needed);
  else status = STATUS_INVALID_INFO_CLASS;
  session_leave();
  return status;
}

ALPC_CALL NtAlpcSetInformation(HANDLE handle, UINT32 class, void *information, UINT32 length) {
  if (information == NULL) return STATUS_ACCESS_VIOLATION;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  UINT32 port = port_find(handle);
  if (port == 0) status = STATUS_INVALID_HANDLE;
  else if (class != 2) status = STATUS_INVALID_INFO_CLASS;
  else if (length != sizeof(ALPC_PORT_ASSOCIATE_COMPLETION_PORT)) status = STATUS_INFO_LENGTH_MISMATCH;
  else status = port_associate(port, information);
  session_leave();
  return status;
}
