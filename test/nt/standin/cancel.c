/* NtAlpcCancelMessage: alpc.md 3.3, section 7 (b), 8.11. */
#include "standin.h"

/* The original sender's blocked thread, or its queue, is told (open question 1 decides what a blocked one sees). */
static void tell_sender(UINT32 message) {
  Message *row = &session->messages[message];
  if (row->waiter != 0) {
    waiter_finish(row->waiter, OUTCOME_WITHDRAWN, STATUS_SUCCESS);
    row->waiter = 0;
    return;
  }
  UINT32 notice = row->from == 0 || port_of_queue(row->from) == 0 ? 0 : message_add(0, TYPE_CANCELED);
  if (notice == 0) return;
  Message *canceled = &session->messages[notice];
  canceled->from = row->to;
  canceled->to = row->from;
  canceled->origin = row->from;
  canceled->originContext = row->from == row->origin ? row->originContext : row->answerContext;
  canceled->id = row->id;
  canceled->callbackId = row->callbackId;
  canceled->release = 1;
  canceled->process = self;
  canceled->pid = GetCurrentProcessId();
  message_enqueue(notice);
}

/* The receiver ends a message that it will not answer. What is not a request just ends. */
static NTSTATUS cancel_received(UINT32 message) {
  Message *row = &session->messages[message];
  if (row->kind == TYPE_CONNECTION_REQUEST) return STATUS_INVALID_MESSAGE; /* these are accepted or rejected */
  if (row->kind == TYPE_REQUEST && row->state == MESSAGE_OWED) tell_sender(message);
  message_free(message);
  return STATUS_MESSAGE_RETRIEVED;
}

/* The sender withdraws a request: unread, it becomes CANCELED where it lies; read, a later answer fails with 0xC0000703. */
static NTSTATUS cancel_sent(UINT32 message) {
  Message *row = &session->messages[message];
  BOOLEAN unread = row->state == MESSAGE_QUEUED;
  if (row->waiter != 0 || !unread) tell_sender(message);
  message_withdraw(message);
  return unread ? STATUS_PENDING : STATUS_MESSAGE_RETRIEVED;
}

static NTSTATUS cancel_message(HANDLE handle, UINT32 flags, const ALPC_CONTEXT_ATTR *context) {
  UINT32 port = port_find(handle);
  if (port == 0) return STATUS_INVALID_HANDLE;
  if (flags & CANCEL_INVALID) return STATUS_INVALID_PARAMETER;
  if (context->MessageId == 0) return STATUS_MESSAGE_NOT_FOUND;
  UINT32 message = message_find(context->MessageId);
  if (message == 0) return STATUS_INVALID_MESSAGE;
  const Message *row = &session->messages[message];
  if (context->CallbackId != 0 && context->CallbackId != row->callbackId) return STATUS_REPLY_MESSAGE_MISMATCH;
  BOOLEAN received = message_is_at(row, port);
  BOOLEAN sent = !received && row->from != 0 && (row->from == port || port_of_queue(row->from) == port);
  if (!received && !sent) return STATUS_ACCESS_DENIED;
  if (sent && (row->state == MESSAGE_WITHDRAWN || row->kind == TYPE_CANCELED)) return STATUS_INVALID_MESSAGE;
  UINT64 own = row->origin != 0 && (row->origin == port || port_of_queue(row->origin) == port) ? row->originContext : row->answerContext;
  if ((flags & CANCEL_COMPARE_CONTEXT) && switch_value(5) == 'a' && context->MessageContext != own) return STATUS_CONTEXT_MISMATCH;
  if (flags & CANCEL_TRY) return row->state == MESSAGE_QUEUED ? STATUS_PENDING : STATUS_MESSAGE_RETRIEVED;
  return received ? cancel_received(message) : cancel_sent(message);
}

ALPC_CALL NtAlpcCancelMessage(HANDLE handle, UINT32 flags, ALPC_CONTEXT_ATTR *context) {
  if (context == NULL) return STATUS_ACCESS_VIOLATION;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = cancel_message(handle, flags, context);
  session_leave();
  return status;
}
