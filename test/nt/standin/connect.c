/* Connecting and accepting: alpc.md 8.2, 8.3, 8.4. */
#include "standin.h"

typedef struct Connecting {
  const UNICODE_STRING *name;
  const ALPC_PORT_ATTRIBUTES *attributes;
  UINT32 flags;
  const SID *serverSid;
  void *serverDescriptor;
  PORT_MESSAGE *message;
  SIZE_T *length;
  ALPC_MESSAGE_ATTRIBUTES *sent;
  ALPC_MESSAGE_ATTRIBUTES *received;
  const LARGE_INTEGER *timeout;
} Connecting;

/* Section 5: 0xC00002A0 for the SID of the server's user and for the descriptor of the Ex form. */
static NTSTATUS check_server(const Port *listener, const Connecting *connecting) {
  if (connecting->serverSid != NULL && !EqualSid((PSID)listener->identity.sid, (PSID)connecting->serverSid))
    return STATUS_SERVER_SID_MISMATCH;
  if (connecting->serverDescriptor == NULL) return STATUS_SUCCESS;
  HANDLE token = NULL;
  if (!OpenProcessToken(process_handle(listener->process), TOKEN_QUERY | TOKEN_DUPLICATE, &token)) return STATUS_SERVER_SID_MISMATCH;
  UINT32 access = switch_value(14) == 'b' ? PORT_ALL_ACCESS : PORT_CONNECT;
  BOOLEAN satisfied = identity_satisfies(&listener->identity, token, connecting->serverDescriptor, access);
  CloseHandle(token);
  return satisfied ? STATUS_SUCCESS : STATUS_SERVER_SID_MISMATCH;
}

/* The access check of the port's descriptor, against the calling thread's effective token (8.1). */
static NTSTATUS check_client(Port *listener) {
  HANDLE token = current_token();
  Identity identity;
  identity_of(token, &identity);
  BOOLEAN satisfied = identity_satisfies(&identity, token, listener->descriptor, PORT_CONNECT);
  CloseHandle(token);
  return satisfied ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

static NTSTATUS check_connect(const Connecting *connecting, UINT32 *listener) {
  if (connecting->flags & ~FLAGS_KNOWN) return STATUS_INVALID_PARAMETER;
  if (connecting->message != NULL && connecting->length == NULL) return STATUS_INVALID_PARAMETER;
  NTSTATUS status = check_port_attributes(connecting->attributes);
  if (status == STATUS_SUCCESS) status = check_name(connecting->name);
  if (status != STATUS_SUCCESS) return status;
  *listener = port_by_name(connecting->name);
  if (*listener == 0) return STATUS_OBJECT_NAME_NOT_FOUND;
  status = check_client(&session->ports[*listener]);
  if (status == STATUS_SUCCESS) status = check_server(&session->ports[*listener], connecting);
  return status;
}

/* The client's token of this moment is what a static connection speaks with (8.10). */
static void capture_identity(Port *client) {
  HANDLE token = current_token();
  identity_of(token, &client->identity);
  client->token = token_copy(token);
  CloseHandle(token);
}

/* Queues the CONNECTION_REQUEST. */
static NTSTATUS request(UINT32 client, UINT32 listener, const Connecting *connecting, UINT32 waiter) {
  UINT32 message = message_add(client, TYPE_CONNECTION_REQUEST);
  if (message == 0) return STATUS_INSUFFICIENT_RESOURCES;
  Message *row = &session->messages[message];
  row->to = listener;
  NTSTATUS status = STATUS_SUCCESS;
  UINT32 length = HEADER_SIZE;
  if (connecting->message != NULL) {
    status = check_message(client, connecting->message);
    length = connecting->message->TotalLength;
    if (status == STATUS_SUCCESS && length > session->ports[listener].attributes.MaxMessageLength) status = STATUS_PORT_MESSAGE_TOO_LONG;
  }
  Captured captured;
  if (status == STATUS_SUCCESS) status = message_charge(message, listener, length);
  if (status == STATUS_SUCCESS) status = capture_attributes(client, listener, message, connecting->sent, &captured);
  if (status != STATUS_SUCCESS) {
    message_free(message);
    return status;
  }
  message_set_sender(message, client, TRUE);
  if (connecting->message != NULL) message_fill(message, connecting->message);
  apply_attributes(client, message, &captured);
  row->waiter = waiter;
  session->ports[client].connectMessage = message;
  session->ports[client].state = PORT_PENDING;
  message_enqueue(message);
  return STATUS_SUCCESS;
}

/* Blocks until accepted (the reply is delivered), refused, or the time is over (8.2). */
static NTSTATUS wait_for_accept(UINT32 client, UINT32 waiter, UINT64 deadline, const Connecting *connecting) {
  UINT32 message = session->ports[client].connectMessage;
  session->waiters[waiter].message = message;
  NTSTATUS status = waiter_wait(waiter, deadline, (connecting->flags & FLAG_WAIT_ALERTABLE) != 0);
  const Waiter *outcome = &session->waiters[waiter];
  if (status != STATUS_SUCCESS) return status;
  if (outcome->outcome != OUTCOME_ANSWERED) return outcome->status;
  if (connecting->message == NULL) {
    message_free(message);
    return STATUS_SUCCESS;
  }
  UINT32 total = HEADER_SIZE + session->messages[message].dataLength;
  status = message_deliver(message, client, connecting->message, connecting->length, connecting->received);
  if (status == STATUS_SUCCESS) *connecting->length = total;
  else message_free(message);
  return status;
}

static NTSTATUS connect_port(HANDLE *handle, const Connecting *connecting) {
  UINT32 listener;
  NTSTATUS status = check_connect(connecting, &listener);
  if (status != STATUS_SUCCESS) return status;
  if (connecting->received != NULL && connecting->received->ValidAttributes != 0)
    violation("valid-attributes", "0x%x before a connect", connecting->received->ValidAttributes);
  UINT64 deadline = wait_deadline(connecting->timeout);
  UINT32 client = port_add(PORT_CLIENT, connecting->attributes, &status);
  if (client == 0) return status;
  capture_identity(&session->ports[client]);
  BOOLEAN waits = (connecting->flags & FLAG_SYNC_REQUEST) != 0;
  UINT32 waiter = waits ? waiter_add(client, 1) : 0;
  if (waits && waiter == 0) status = STATUS_INSUFFICIENT_RESOURCES;
  if (status == STATUS_SUCCESS) status = request(client, listener, connecting, waiter);
  if (status == STATUS_SUCCESS && waits) status = wait_for_accept(client, waiter, deadline, connecting);
  if (waiter != 0) waiter_remove(waiter);
  if (status == STATUS_SUCCESS) *handle = session->ports[client].handle;
  else port_remove(client, FALSE);
  return status;
}

ALPC_CALL NtAlpcConnectPort(HANDLE *handle, UNICODE_STRING *name, OBJECT_ATTRIBUTES *object, ALPC_PORT_ATTRIBUTES *attributes,
                            UINT32 flags, SID *serverSid, PORT_MESSAGE *message, SIZE_T *length, ALPC_MESSAGE_ATTRIBUTES *sent,
                            ALPC_MESSAGE_ATTRIBUTES *received, const LARGE_INTEGER *timeout) {
  (void)object;
  if (handle == NULL || name == NULL) return STATUS_ACCESS_VIOLATION;
  Connecting connecting = {name, attributes, flags, serverSid, NULL, message, length, sent, received, timeout};
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = connect_port(handle, &connecting);
  session_leave();
  return status;
}

ALPC_CALL NtAlpcConnectPortEx(HANDLE *handle, OBJECT_ATTRIBUTES *connection, OBJECT_ATTRIBUTES *object,
                              ALPC_PORT_ATTRIBUTES *attributes, UINT32 flags, void *serverDescriptor, PORT_MESSAGE *message,
                              SIZE_T *length, ALPC_MESSAGE_ATTRIBUTES *sent, ALPC_MESSAGE_ATTRIBUTES *received,
                              const LARGE_INTEGER *timeout) {
  (void)object;
  if (handle == NULL || connection == NULL || connection->ObjectName == NULL) return STATUS_ACCESS_VIOLATION;
  if (connection->Length != sizeof *connection) return STATUS_INVALID_PARAMETER;
  if (serverDescriptor != NULL && !IsValidSecurityDescriptor(serverDescriptor)) return STATUS_INVALID_SECURITY_DESCR;
  Connecting connecting = {connection->ObjectName, attributes, flags, NULL, serverDescriptor, message, length, sent, received, timeout};
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = connect_port(handle, &connecting);
  session_leave();
  return status;
}

/* The client sees PORT_CONNECTION_REFUSED: in its connect, or in its first receive or send (section 5). */
static void refuse(UINT32 client, UINT32 message) {
  UINT32 waiter = session->messages[message].waiter;
  session->ports[client].state = PORT_REFUSED;
  session->ports[client].connectMessage = 0;
  message_free(message);
  if (waiter != 0) waiter_finish(waiter, OUTCOME_FAILED, STATUS_PORT_CONNECTION_REFUSED);
  else port_notify(client, 0);
}

typedef struct Accepting {
  const ALPC_PORT_ATTRIBUTES *attributes;
  UINT64 context;
  const PORT_MESSAGE *message;
  ALPC_MESSAGE_ATTRIBUTES *sent;
} Accepting;

/* Makes the server's communication port and sends the CONNECTION_REPLY, whose Type the client sees as 11 (8.2, 8.3). */
static NTSTATUS establish(UINT32 listener, UINT32 client, UINT32 message, const Accepting *accepting, HANDLE *handle) {
  NTSTATUS status = check_port_attributes(accepting->attributes);
  if (status != STATUS_SUCCESS) return status;
  const ALPC_PORT_ATTRIBUTES *attributes = accepting->attributes != NULL ? accepting->attributes : &session->ports[listener].attributes;
  UINT32 server = port_add(PORT_SERVER, attributes, &status);
  if (server == 0) return status;
  Port *row = &session->ports[server];
  row->identity = session->ports[listener].identity;
  row->listener = listener;
  Message *reply = &session->messages[message];
  Captured captured;
  status = capture_attributes(server, client, message, accepting->sent, &captured);
  if (status != STATUS_SUCCESS) {
    port_remove(server, FALSE);
    return status;
  }
  row->context = accepting->context;
  row->peer = client;
  row->state = PORT_CONNECTED;
  session->ports[client].peer = server;
  session->ports[client].state = PORT_CONNECTED;
  session->ports[client].connectMessage = 0;
  message_set_sender(message, server, FALSE);
  message_fill(message, accepting->message);
  apply_attributes(server, message, &captured);
  reply->to = client;
  reply->kind = TYPE_CONNECTION_REPLY;
  reply->release = 1;
  UINT32 waiter = reply->waiter;
  reply->waiter = 0;
  if (waiter != 0) {
    reply->queue = 0;
    reply->state = MESSAGE_QUEUED;
    waiter_finish(waiter, OUTCOME_ANSWERED, STATUS_SUCCESS);
  } else {
    message_enqueue(message);
  }
  *handle = row->handle;
  return STATUS_SUCCESS;
}

static NTSTATUS accept_port(HANDLE *handle, HANDLE listenerHandle, const Accepting *accepting, BOOLEAN accept) {
  UINT32 listener = port_find(listenerHandle);
  if (listener == 0) return STATUS_INVALID_HANDLE;
  if (session->ports[listener].kind != PORT_CONNECTION) return STATUS_INVALID_PORT_HANDLE;
  UINT32 message = message_find(accepting->message->MessageId);
  if (message == 0) return STATUS_INVALID_MESSAGE;
  Message *row = &session->messages[message];
  if (row->kind != TYPE_CONNECTION_REQUEST || row->to != listener) return STATUS_INVALID_MESSAGE;
  if (row->state != MESSAGE_OWED && row->state != MESSAGE_WITHDRAWN) return STATUS_REPLY_MESSAGE_MISMATCH;
  if (row->withdrawn) {
    message_free(message);
    return STATUS_REQUEST_CANCELED;
  }
  UINT32 client = row->from;
  NTSTATUS status = check_message(listener, accepting->message);
  if (status != STATUS_SUCCESS) return status;
  if (!accept) {
    refuse(client, message);
    return STATUS_SUCCESS;
  }
  if (accepting->message->TotalLength > session->ports[client].attributes.MaxMessageLength) return STATUS_PORT_MESSAGE_TOO_LONG;
  return establish(listener, client, message, accepting, handle);
}

ALPC_CALL NtAlpcAcceptConnectPort(HANDLE *handle, HANDLE listener, UINT32 flags, OBJECT_ATTRIBUTES *object,
                                  ALPC_PORT_ATTRIBUTES *attributes, void *context, PORT_MESSAGE *message,
                                  ALPC_MESSAGE_ATTRIBUTES *sent, BOOLEAN accept) {
  (void)object;
  if (message == NULL || (accept && handle == NULL)) return STATUS_ACCESS_VIOLATION;
  if (flags != 0) violation("flags", "0x%x in an accept", flags);
  Accepting accepting = {attributes, (UINT_PTR)context, message, sent};
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = accept_port(handle, listener, &accepting, accept);
  session_leave();
  return status;
}
