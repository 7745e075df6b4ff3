/* Sending and the system call that does both: alpc.md 3.2, section 7, 8.5. */
#include "standin.h"

/* What is wrong with a message before anything is done with it (section 5, pitfalls 7 and 8; open question 9). */
NTSTATUS check_message(UINT32 port, const PORT_MESSAGE *message) {
  if (message->TotalLength < HEADER_SIZE || message->TotalLength - HEADER_SIZE != message->DataLength) {
    violation("length", "TotalLength 0x%x, DataLength 0x%x", message->TotalLength, message->DataLength);
    return STATUS_INVALID_PARAMETER;
  }
  if (message->TotalLength > session->ports[port].attributes.MaxMessageLength) return STATUS_PORT_MESSAGE_TOO_LONG;
  if (message->Type & ~TYPE_NO_IMPERSONATE) {
    violation("type", "0x%x in a send", message->Type);
    if (switch_value(9) == 'b') return STATUS_LPC_REQUESTS_NOT_ALLOWED;
  }
  UINT32 offset = message->DataInfoOffset;
  if (offset == 0) return STATUS_SUCCESS;
  if (offset < HEADER_SIZE || offset % 8 != 0 || offset + sizeof(PORT_DATA_INFORMATION) > message->TotalLength) return STATUS_INVALID_PARAMETER;
  const PORT_DATA_INFORMATION *information = (const PORT_DATA_INFORMATION *)((const BYTE *)message + offset);
  UINT32 room = (message->TotalLength - offset - sizeof *information) / sizeof(PORT_DATA_ENTRY);
  return information->Count <= room ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

void message_fill(UINT32 message, const PORT_MESSAGE *source) {
  Message *row = &session->messages[message];
  row->dataLength = source->DataLength;
  row->dataInfoOffset = source->DataInfoOffset;
  row->noImpersonate = (source->Type & TYPE_NO_IMPERSONATE) != 0;
  memcpy(session->bodies[message].data, source + 1, source->DataLength);
}

static NTSTATUS capture_security(UINT32 from, ALPC_SECURITY_ATTR *attribute, Captured *captured) {
  if (attribute->Flags & SECURITY_CREATE_HANDLE) {
    NTSTATUS status = security_context_add(from, attribute);
    if (status != STATUS_SUCCESS) return status;
  }
  if (attribute->ContextHandle == 0) return STATUS_SUCCESS;
  UINT32 context = security_context_find(from, attribute->ContextHandle);
  if (context == 0 || session->contexts[context].revoked) return STATUS_INVALID_HANDLE;
  captured->securityContext = context;
  captured->deleteContext = attribute->Flags & SECURITY_DELETE_EXISTING;
  return STATUS_SUCCESS;
}

/* Takes what the sender's valid attributes name. On an error nothing has been taken. The view is taken last: it may unmap. */
NTSTATUS capture_attributes(UINT32 from, UINT32 to, UINT32 message, ALPC_MESSAGE_ATTRIBUTES *attributes, Captured *captured) {
  *captured = (Captured){.view = 0};
  if (attributes == NULL) return STATUS_SUCCESS;
  UINT32 valid = attributes->ValidAttributes;
  if (valid & ~attributes->AllocatedAttributes) {
    violation("valid-attributes", "0x%x of 0x%x allocated in a send", valid, attributes->AllocatedAttributes);
    return STATUS_INVALID_PARAMETER;
  }
  NTSTATUS status = STATUS_SUCCESS;
  if (valid & ATTRIBUTE_CONTEXT) {
    captured->messageContext = ((ALPC_CONTEXT_ATTR *)attribute_get(attributes, ATTRIBUTE_CONTEXT))->MessageContext;
    captured->hasContext = TRUE;
  }
  if (valid & ATTRIBUTE_SECURITY) status = capture_security(from, attribute_get(attributes, ATTRIBUTE_SECURITY), captured);
  if (status == STATUS_SUCCESS && (valid & ATTRIBUTE_HANDLE))
    status = handles_capture(to, message, attribute_get(attributes, ATTRIBUTE_HANDLE), &captured->handleCount);
  if (status == STATUS_SUCCESS && (valid & ATTRIBUTE_VIEW)) {
    const ALPC_DATA_VIEW_ATTR *view = attribute_get(attributes, ATTRIBUTE_VIEW);
    captured->releaseView = view->Flags & VIEW_UNMAP_EXISTING;
    if (view->SectionHandle != 0 || view->ViewBase != NULL || view->ViewSize != 0)
      status = view_capture(from, to, message, view, &captured->view);
    else if (view->Flags != VIEW_UNMAP_EXISTING) status = STATUS_INVALID_PARAMETER;
    if (status != STATUS_SUCCESS)
      for (UINT32 index = 0; index < captured->handleCount; index++)
        close_in_process(session->ports[to].process, session->bodies[message].handles[index].handle);
  }
  return status;
}

void apply_attributes(UINT32 from, UINT32 message, const Captured *captured) {
  Message *row = &session->messages[message];
  row->view = captured->view;
  row->handleCount = captured->handleCount;
  if (captured->hasContext) {
    if (from == row->origin) row->originContext = captured->messageContext;
    else row->answerContext = captured->messageContext;
  }
  row->securityContext = captured->securityContext;
  if (captured->securityContext == 0) return;
  row->identity = session->contexts[captured->securityContext].identity;
  if (!captured->deleteContext) return;
  security_context_remove(captured->securityContext);
  row->securityContext = 0;
}

/* The kernel writes who sent it (2.2); TOKEN as of connect or of now, by tracking (8.10; open questions 11 and 13). */
void message_set_sender(UINT32 message, UINT32 from, BOOLEAN waits) {
  Message *row = &session->messages[message];
  const Port *port = &session->ports[from];
  row->from = from;
  row->process = self;
  row->pid = GetCurrentProcessId();
  row->thread = GetCurrentThreadId();
  row->identity = port->identity;
  if (port->kind != PORT_CLIENT) {
    row->hasToken = switch_value(11) == 'b';
    return;
  }
  row->hasToken = TRUE;
  if (port->attributes.SecurityQos.ContextTrackingMode != SECURITY_DYNAMIC_TRACKING) return;
  HANDLE token = current_token();
  identity_of(token, &row->identity);
  CloseHandle(token);
  row->hasToken = waits || switch_value(13) == 'b';
}

static NTSTATUS check_route(const Port *port) {
  if (port->kind == PORT_CONNECTION) return STATUS_INVALID_PORT_HANDLE;
  switch (port->state) {
    case PORT_PENDING: return STATUS_LPC_REQUESTS_NOT_ALLOWED;
    case PORT_REFUSED: return STATUS_PORT_CONNECTION_REFUSED;
    case PORT_CONNECTED: break;
    default: return STATUS_PORT_DISCONNECTED;
  }
  if (port->peer == 0) return STATUS_PORT_DISCONNECTED;
  return session->ports[port->peer].attributes.Flags & PORT_ALLOW_LPC_REQUESTS ? STATUS_SUCCESS : STATUS_LPC_REQUESTS_NOT_ALLOWED;
}

typedef struct Sending {
  UINT32 flags;
  const PORT_MESSAGE *message;
  ALPC_MESSAGE_ATTRIBUTES *attributes;
  UINT32 waiter;
} Sending;

/* Rows 1 to 3 of the table in section 7. */
static NTSTATUS send_new(UINT32 from, Sending *sending, UINT32 *sent) {
  NTSTATUS status = check_route(&session->ports[from]);
  if (status != STATUS_SUCCESS) return status;
  UINT32 to = session->ports[from].peer;
  if (sending->message->TotalLength > session->ports[to].attributes.MaxMessageLength) return STATUS_PORT_MESSAGE_TOO_LONG;
  BOOLEAN vanishes = session->ports[to].state == PORT_DISCONNECTED; /* open question 6, position b */
  if (vanishes) return sending->waiter != 0 ? STATUS_MESSAGE_LOST : STATUS_SUCCESS;
  UINT32 release = sending->flags & FLAG_RELEASE_MESSAGE;
  UINT32 message = message_add(from, release ? TYPE_DATAGRAM : TYPE_REQUEST);
  if (message == 0) return STATUS_INSUFFICIENT_RESOURCES;
  Message *row = &session->messages[message];
  row->to = to;
  Captured captured;
  status = message_charge(message, to, sending->message->TotalLength);
  if (status == STATUS_SUCCESS) status = capture_attributes(from, to, message, sending->attributes, &captured);
  if (status != STATUS_SUCCESS) {
    message_free(message);
    return status;
  }
  message_set_sender(message, from, sending->waiter != 0);
  message_fill(message, sending->message);
  apply_attributes(from, message, &captured);
  row->release = release != 0;
  row->waiter = sending->waiter;
  message_enqueue(message);
  *sent = message;
  return STATUS_SUCCESS;
}

/* A short answer to who may end this message, and with what (section 5: 0702, 0703, 021F, 0022). */
static NTSTATUS find_owed(UINT32 port, const PORT_MESSAGE *answer, UINT32 *message) {
  if (answer->MessageId & 0x80000000u) return STATUS_OBJECTID_NOT_FOUND; /* 8.13: no reserve was ever created */
  *message = message_find(answer->MessageId);
  if (*message == 0) return STATUS_INVALID_MESSAGE;
  const Message *row = &session->messages[*message];
  if (row->state != MESSAGE_OWED && row->state != MESSAGE_WITHDRAWN) return STATUS_REPLY_MESSAGE_MISMATCH;
  if (row->kind == TYPE_CONNECTION_REQUEST || row->callbackId != answer->CallbackId) return STATUS_REPLY_MESSAGE_MISMATCH;
  return message_is_at(row, port) ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

/* Rows 4 and 5. What is not a request is only finished: nothing travels (8.8, 8.9). */
static NTSTATUS send_answer(UINT32 port, Sending *sending, UINT32 *sent) {
  UINT32 message;
  NTSTATUS status = find_owed(port, sending->message, &message);
  if (status != STATUS_SUCCESS) return status;
  Message *row = &session->messages[message];
  UINT32 from = row->to, to = row->from;
  if (row->state == MESSAGE_WITHDRAWN) {
    message_free(message);
    return STATUS_REQUEST_CANCELED;
  }
  if (to == 0) return STATUS_PORT_DISCONNECTED;
  BOOLEAN isRequest = row->kind == TYPE_REQUEST;
  if (isRequest && sending->message->TotalLength > session->ports[to].attributes.MaxMessageLength) return STATUS_PORT_MESSAGE_TOO_LONG;
  if (isRequest && (status = message_charge(message, from, sending->message->TotalLength)) != STATUS_SUCCESS) return status;
  Captured captured;
  handles_drop(message); /* those that came and were not taken, before those of the answer take their place */
  status = capture_attributes(from, to, message, sending->attributes, &captured);
  if (status != STATUS_SUCCESS) return status;
  if (captured.releaseView) view_release_received(message, from);
  if (!isRequest) {
    if (captured.view != 0) view_drop(captured.view);
    row->handleCount = captured.handleCount;
    message_free(message);
    return STATUS_SUCCESS;
  }
  if (row->view != 0) view_drop(row->view);
  UINT32 waiting = row->waiter;
  row->waiter = sending->waiter;
  row->to = to;
  message_set_sender(message, from, sending->waiter != 0);
  message_fill(message, sending->message);
  apply_attributes(from, message, &captured);
  row->release = (sending->flags & FLAG_RELEASE_MESSAGE) != 0;
  row->kind = row->release ? TYPE_REPLY : TYPE_REQUEST;
  *sent = message;
  if (waiting == 0) {
    message_enqueue(message);
    return STATUS_SUCCESS;
  }
  row->queue = 0;
  row->state = MESSAGE_QUEUED;
  waiter_finish(waiting, OUTCOME_ANSWERED, STATUS_SUCCESS);
  return STATUS_SUCCESS;
}

static NTSTATUS send_message(UINT32 port, Sending *sending, UINT32 *sent) {
  *sent = 0;
  NTSTATUS status = check_message(port, sending->message);
  if (status != STATUS_SUCCESS) return status;
  return sending->message->MessageId == 0 ? send_new(port, sending, sent) : send_answer(port, sending, sent);
}

/* Open question 1: how a blocked caller learns that its request was withdrawn. */
static NTSTATUS withdrawn_answer(UINT32 messageId, PORT_MESSAGE *buffer, ALPC_MESSAGE_ATTRIBUTES *attributes) {
  if (switch_value(1) == 'b') return STATUS_MESSAGE_LOST;
  *buffer = (PORT_MESSAGE){.TotalLength = HEADER_SIZE, .Type = TYPE_CANCELED, .MessageId = messageId};
  if (attributes != NULL) attributes->ValidAttributes = 0;
  return STATUS_SUCCESS;
}

/* SYNC_REQUEST: blocks until there is an answer to this message (8.5). */
static NTSTATUS call(UINT32 port, UINT32 flags, Sending *sending, PORT_MESSAGE *buffer, SIZE_T *length,
                     ALPC_MESSAGE_ATTRIBUTES *attributes, const LARGE_INTEGER *timeout) {
  if (attributes != NULL && attributes->ValidAttributes != 0 && attributes != sending->attributes)
    violation("valid-attributes", "0x%x before a call", attributes->ValidAttributes);
  UINT64 deadline = wait_deadline(timeout);
  UINT32 waiter = waiter_add(port, 1);
  if (waiter == 0) return STATUS_INSUFFICIENT_RESOURCES;
  sending->waiter = waiter;
  UINT32 message;
  NTSTATUS status = send_message(port, sending, &message);
  if (status != STATUS_SUCCESS || message == 0) {
    waiter_remove(waiter);
    return status;
  }
  session->waiters[waiter].message = message;
  UINT32 id = session->messages[message].id;
  status = waiter_wait(waiter, deadline, (flags & FLAG_WAIT_ALERTABLE) != 0);
  Waiter outcome = session->waiters[waiter];
  waiter_remove(waiter);
  if (status != STATUS_SUCCESS) {
    if (session->messages[message].id == id) message_withdraw(message);
    return status;
  }
  if (outcome.outcome == OUTCOME_WITHDRAWN) return withdrawn_answer(id, buffer, attributes);
  if (outcome.outcome == OUTCOME_FAILED) return outcome.status;
  if (message_find(id) == 0) return STATUS_PORT_CLOSED;
  status = message_deliver(message, port, buffer, length, attributes);
  /* A short buffer: the answer stays on the port (8.5). */
  if (status != STATUS_SUCCESS) message_enqueue(message);
  return status;
}

static NTSTATUS send_wait_receive(HANDLE handle, UINT32 flags, PORT_MESSAGE *message, ALPC_MESSAGE_ATTRIBUTES *sendAttributes,
                                  PORT_MESSAGE *buffer, SIZE_T *length, ALPC_MESSAGE_ATTRIBUTES *receiveAttributes,
                                  const LARGE_INTEGER *timeout) {
  UINT32 port = port_find(handle);
  if (port == 0) return STATUS_INVALID_HANDLE;
  if ((flags & ~FLAGS_KNOWN) || (message == NULL && buffer == NULL)) return STATUS_INVALID_PARAMETER;
  Sending sending = {.flags = flags, .message = message, .attributes = sendAttributes};
  if (flags & FLAG_SYNC_REQUEST) {
    if (message == NULL || (flags & FLAG_RELEASE_MESSAGE)) return STATUS_INVALID_PARAMETER;
    if (buffer == NULL || length == NULL) return STATUS_LPC_RECEIVE_BUFFER_EXPECTED;
    if (*length < HEADER_SIZE) violation("buffer-length", "call with %llu octets", (unsigned long long)*length);
    return call(port, flags, &sending, buffer, length, receiveAttributes, timeout);
  }
  if (message != NULL) {
    UINT32 sent;
    NTSTATUS status = send_message(port, &sending, &sent);
    if (status != STATUS_SUCCESS) return status;
    if (switch_value(4) == 'b' && sent != 0) message->MessageId = session->messages[sent].id; /* open question 4 */
  }
  return buffer == NULL ? STATUS_SUCCESS : port_receive(port, flags, buffer, length, receiveAttributes, timeout);
}

ALPC_CALL NtAlpcSendWaitReceivePort(HANDLE handle, UINT32 flags, PORT_MESSAGE *message, ALPC_MESSAGE_ATTRIBUTES *sendAttributes,
                                    PORT_MESSAGE *buffer, SIZE_T *length, ALPC_MESSAGE_ATTRIBUTES *receiveAttributes,
                                    const LARGE_INTEGER *timeout) {
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = send_wait_receive(handle, flags, message, sendAttributes, buffer, length, receiveAttributes, timeout);
  session_leave();
  return status;
}
