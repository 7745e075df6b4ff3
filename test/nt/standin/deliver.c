/* Receiving: what a receiver sees of a message (alpc.md 2.3, 2.5, 2.6, section 7). */
#include "standin.h"

static UINT64 port_context(UINT32 port) {
  const Port *row = &session->ports[port];
  if (row->kind == PORT_CLIENT) return (UINT_PTR)row->handle; /* 2.6: the client's port handle value */
  return row->context != 0 ? row->context : (UINT_PTR)row->handle;
}

static UINT64 message_context(const Message *message) {
  if (switch_value(12) == 'b') return 0;
  return message->to == message->origin ? message->originContext : message->answerContext;
}

/* Which attributes are valid (end of 2.6; open questions 11 and 13); all others are overwritten, so that reading them is seen. */
static NTSTATUS fill_attributes(UINT32 message, UINT32 port, ALPC_MESSAGE_ATTRIBUTES *attributes) {
  Message *row = &session->messages[message];
  UINT32 allocated = attributes->AllocatedAttributes;
  UINT32 valid = 0;
  memset(attributes + 1, 0xA5, attributes_size(allocated) - sizeof *attributes);
  if ((allocated & ATTRIBUTE_VIEW) && row->view != 0) {
    NTSTATUS status = view_deliver(row->view, row->to, message, attribute_get(attributes, ATTRIBUTE_VIEW));
    if (status != STATUS_SUCCESS) return status;
    row->view = 0;
    valid |= ATTRIBUTE_VIEW;
  }
  if ((allocated & ATTRIBUTE_HANDLE) && row->handleCount != 0) {
    handles_deliver(message, row->to, attribute_get(attributes, ATTRIBUTE_HANDLE));
    valid |= ATTRIBUTE_HANDLE;
  }
  if ((allocated & ATTRIBUTE_CONTEXT) && row->kind != TYPE_CONNECTION_REQUEST) {
    *(ALPC_CONTEXT_ATTR *)attribute_get(attributes, ATTRIBUTE_CONTEXT) = (ALPC_CONTEXT_ATTR){
      .PortContext = port_context(row->to),
      .MessageContext = message_context(row),
      .Sequence = ++session->ports[port].sequence,
      .MessageId = row->id,
      .CallbackId = row->callbackId,
    };
    valid |= ATTRIBUTE_CONTEXT;
  }
  if ((allocated & ATTRIBUTE_TOKEN) && row->hasToken) {
    *(ALPC_TOKEN_ATTR *)attribute_get(attributes, ATTRIBUTE_TOKEN) = row->identity.luids;
    valid |= ATTRIBUTE_TOKEN;
  }
  if ((allocated & ATTRIBUTE_SECURITY) && session->ports[row->to].kind == PORT_CLIENT && switch_value(11) == 'b') {
    *(ALPC_SECURITY_ATTR *)attribute_get(attributes, ATTRIBUTE_SECURITY) = (ALPC_SECURITY_ATTR){.Flags = 0};
    valid |= ATTRIBUTE_SECURITY;
  }
  attributes->ValidAttributes = valid;
  return STATUS_SUCCESS;
}

/* Pitfall 4: ValidAttributes is reset before every receive. */
static void check_reset(const ALPC_MESSAGE_ATTRIBUTES *attributes) {
  if (attributes != NULL && attributes->ValidAttributes != 0)
    violation("valid-attributes", "0x%x before a receive", attributes->ValidAttributes);
}

/*
 * Copies a message out. A short buffer leaves everything as it is and tells the length that is needed (section 5).
 * What was released and carries nothing is freed; all else is owed by the receiver from now on (section 7).
 */
NTSTATUS message_deliver(UINT32 message, UINT32 port, PORT_MESSAGE *buffer, SIZE_T *length, ALPC_MESSAGE_ATTRIBUTES *attributes) {
  Message *row = &session->messages[message];
  UINT32 total = HEADER_SIZE + row->dataLength;
  if (*length < total) {
    *length = total;
    return STATUS_BUFFER_TOO_SMALL;
  }
  BOOLEAN needsEnd = message_needs_end(row);
  if (attributes != NULL) {
    NTSTATUS status = fill_attributes(message, port, attributes);
    if (status != STATUS_SUCCESS) return status;
  }
  *buffer = (PORT_MESSAGE){
    .DataLength = row->dataLength,
    .TotalLength = (UINT16)total,
    .Type = (UINT16)(row->kind | (needsEnd ? TYPE_CONTINUATION_REQUIRED : 0) | (row->noImpersonate ? TYPE_NO_IMPERSONATE : 0)),
    .DataInfoOffset = row->dataInfoOffset,
    .UniqueProcess = row->pid,
    .UniqueThread = row->thread,
    .MessageId = row->id,
  };
  if (row->kind != TYPE_CONNECTION_REQUEST) buffer->CallbackId = row->callbackId;
  memcpy(buffer + 1, session->bodies[message].data, row->dataLength);
  if (!needsEnd) {
    message_free(message);
    return STATUS_SUCCESS;
  }
  message_unlink(message);
  row->state = row->withdrawn ? MESSAGE_WITHDRAWN : MESSAGE_OWED;
  row->queue = 0;
  return STATUS_SUCCESS;
}

/* What a receive finds when its queue is empty: a port without a peer has nothing to wait for. */
static NTSTATUS state_of_empty(const Port *port) {
  if (port->state == PORT_REFUSED) return STATUS_PORT_CONNECTION_REFUSED;
  if (port->state == PORT_DISCONNECTED) return STATUS_PORT_DISCONNECTED;
  return STATUS_SUCCESS;
}

/* Sections 8.5 and 8.6. BufferLength is not updated by a receive that succeeds (pitfall 5). */
NTSTATUS port_receive(UINT32 port, UINT32 flags, PORT_MESSAGE *buffer, SIZE_T *length, ALPC_MESSAGE_ATTRIBUTES *attributes,
                      const LARGE_INTEGER *timeout) {
  if (length == NULL) return STATUS_INVALID_PARAMETER;
  if (*length < HEADER_SIZE) violation("buffer-length", "receive with %llu octets", (unsigned long long)*length);
  check_reset(attributes);
  UINT32 generation = session->ports[port].generation;
  UINT64 deadline = wait_deadline(timeout);
  for (;;) {
    Port *row = &session->ports[port];
    if (row->kind == PORT_FREE || row->generation != generation) return STATUS_PORT_CLOSED;
    UINT32 message = message_first(port);
    if (message != 0) return message_deliver(message, port, buffer, length, attributes);
    NTSTATUS status = state_of_empty(row);
    if (status != STATUS_SUCCESS) return status;
    if (deadline == 0) return STATUS_TIMEOUT;
    /* Open question 2. */
    if (row->kind == PORT_CLIENT && (row->attributes.Flags & PORT_WAITABLE) && switch_value(2) == 'b') return STATUS_UNSUCCESSFUL;
    UINT32 waiter = waiter_add(port, 0);
    if (waiter == 0) return STATUS_INSUFFICIENT_RESOURCES;
    status = waiter_wait(waiter, deadline, (flags & FLAG_WAIT_ALERTABLE) != 0);
    if (session->waiters[waiter].outcome == OUTCOME_FAILED) status = session->waiters[waiter].status;
    waiter_remove(waiter);
    if (status != STATUS_SUCCESS) return status;
  }
}
