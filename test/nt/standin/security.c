/* Security contexts, impersonation, opening the sender: alpc.md 8.10. */
#include "standin.h"

UINT32 security_context_find(UINT32 port, UINT64 id) {
  for (UINT32 context = 1; context <= MAX_CONTEXTS; context++)
    if (session->contexts[context].port == port && session->contexts[context].id == id) return context;
  return 0;
}

/* Captures the calling thread's effective token. */
NTSTATUS security_context_add(UINT32 port, ALPC_SECURITY_ATTR *attribute) {
  if (attribute->QoS == NULL || attribute->QoS->Length != sizeof(SECURITY_QUALITY_OF_SERVICE)) return STATUS_INVALID_PARAMETER;
  if ((UINT32)attribute->QoS->ImpersonationLevel > 3) return STATUS_BAD_IMPERSONATION_LEVEL;
  UINT32 context = 1;
  while (context <= MAX_CONTEXTS && session->contexts[context].port != 0) context++;
  if (context > MAX_CONTEXTS) return STATUS_INSUFFICIENT_RESOURCES;
  SecurityContext *row = &session->contexts[context];
  HANDLE token = current_token();
  HANDLE copy = token_copy(token);
  if (copy != NULL) {
    *row = (SecurityContext){.process = self, .token = copy, .id = ++session->nextId, .level = attribute->QoS->ImpersonationLevel};
    identity_of(token, &row->identity);
    row->port = port;
    attribute->ContextHandle = row->id;
  }
  CloseHandle(token);
  return copy != NULL ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

void security_context_remove(UINT32 context) {
  SecurityContext *row = &session->contexts[context];
  close_in_process(row->process, row->token);
  row->port = 0;
}

void port_contexts_remove(UINT32 port, BOOLEAN byOwner) {
  for (UINT32 context = 1; context <= MAX_CONTEXTS; context++) {
    if (session->contexts[context].port != port) continue;
    if (byOwner && !switch_lenient_close())
      violation("security-context", "port closed with context 0x%llx", (unsigned long long)session->contexts[context].id);
    security_context_remove(context);
  }
}

static NTSTATUS create_context(HANDLE handle, UINT32 flags, ALPC_SECURITY_ATTR *attribute) {
  UINT32 port = port_find(handle);
  if (port == 0) return STATUS_INVALID_HANDLE;
  if (flags != 0) return STATUS_INVALID_PARAMETER;
  return security_context_add(port, attribute);
}

ALPC_CALL NtAlpcCreateSecurityContext(HANDLE handle, UINT32 flags, ALPC_SECURITY_ATTR *attribute) {
  if (attribute == NULL) return STATUS_ACCESS_VIOLATION;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = create_context(handle, flags, attribute);
  session_leave();
  return status;
}

static NTSTATUS end_context(HANDLE handle, UINT32 flags, UINT64 id, BOOLEAN revoke) {
  UINT32 port = port_find(handle);
  if (port == 0) return STATUS_INVALID_HANDLE;
  if (flags != 0) return STATUS_INVALID_PARAMETER;
  UINT32 context = security_context_find(port, id);
  if (context == 0) return STATUS_INVALID_HANDLE;
  if (revoke) session->contexts[context].revoked = 1;
  else security_context_remove(context);
  return STATUS_SUCCESS;
}

ALPC_CALL NtAlpcDeleteSecurityContext(HANDLE handle, UINT32 flags, UINT64 id) {
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = end_context(handle, flags, id, FALSE);
  session_leave();
  return status;
}

ALPC_CALL NtAlpcRevokeSecurityContext(HANDLE handle, UINT32 flags, UINT64 id) {
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = end_context(handle, flags, id, TRUE);
  session_leave();
  return status;
}

/* A received message that is still open at this port. */
static NTSTATUS open_message(HANDLE handle, const PORT_MESSAGE *header, UINT32 *port, UINT32 *message) {
  *port = port_find(handle);
  if (*port == 0) return STATUS_INVALID_HANDLE;
  *message = message_find(header->MessageId);
  if (*message == 0) return STATUS_INVALID_MESSAGE;
  const Message *row = &session->messages[*message];
  if (row->kind != TYPE_CONNECTION_REQUEST && row->callbackId != header->CallbackId) return STATUS_REPLY_MESSAGE_MISMATCH;
  return message_is_at(row, *port) ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

static HANDLE token_of_thread(UINT64 threadId) {
  HANDLE token = NULL;
  HANDLE thread = OpenThread(THREAD_QUERY_INFORMATION, FALSE, (DWORD)threadId);
  if (thread == NULL) return NULL;
  if (!OpenThreadToken(thread, TOKEN_DUPLICATE | TOKEN_QUERY, TRUE, &token)) token = NULL;
  CloseHandle(thread);
  return token;
}

static HANDLE token_of_process(UINT32 process) {
  HANDLE token = NULL;
  OpenProcessToken(process_handle(process), TOKEN_DUPLICATE | TOKEN_QUERY, &token);
  return token;
}

/* The token that a message speaks with: its security context's, the connect's (static), or the sender's of now (dynamic). */
static HANDLE token_of_message(const Message *message, const Port *client) {
  if (message->securityContext != 0) {
    const SecurityContext *context = &session->contexts[message->securityContext];
    if (context->port == 0 || context->revoked) return NULL;
    return copy_from_process(context->process, context->token, 0, DUPLICATE_SAME_ACCESS);
  }
  if (client->attributes.SecurityQos.ContextTrackingMode == SECURITY_DYNAMIC_TRACKING) {
    HANDLE token = token_of_thread(message->thread);
    return token != NULL ? token : token_of_process(message->process);
  }
  return copy_from_process(client->process, client->token, 0, DUPLICATE_SAME_ACCESS);
}

enum { IMPERSONATE_ALLOW_ANONYMOUS = 1, IMPERSONATE_REQUIRE_LEVEL = 2 };

/* Section 3.3: bit 0 allow anonymous, bit 1 require the level in the bits above. */
static NTSTATUS impersonate(HANDLE handle, const PORT_MESSAGE *header, UINT_PTR flags) {
  UINT32 port, message;
  NTSTATUS status = open_message(handle, header, &port, &message);
  if (status != STATUS_SUCCESS) return status;
  const Message *row = &session->messages[message];
  if (row->state == MESSAGE_WITHDRAWN || row->withdrawn) return STATUS_REQUEST_CANCELED;
  if (row->kind != TYPE_REQUEST && row->kind != TYPE_CONNECTION_REQUEST) return STATUS_ACCESS_DENIED;
  const Port *client = &session->ports[row->from];
  if (row->from == 0 || client->kind != PORT_CLIENT || row->noImpersonate) return STATUS_ACCESS_DENIED;
  if (!(client->attributes.Flags & PORT_ALLOW_IMPERSONATION)) return STATUS_ACCESS_DENIED;
  UINT32 level = row->securityContext != 0 ? session->contexts[row->securityContext].level
                                           : (UINT32)client->attributes.SecurityQos.ImpersonationLevel;
  if ((flags & IMPERSONATE_REQUIRE_LEVEL) && level < flags >> 2) return STATUS_ACCESS_DENIED;
  if (level == SecurityAnonymous) {
    if (!(flags & IMPERSONATE_ALLOW_ANONYMOUS)) return STATUS_ACCESS_DENIED;
    return ImpersonateAnonymousToken(GetCurrentThread()) ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
  }
  if (row->identity.pretended) return STATUS_ACCESS_DENIED;
  HANDLE token = token_of_message(row, client);
  HANDLE impersonation = NULL;
  if (token == NULL || !DuplicateTokenEx(token, MAXIMUM_ALLOWED, NULL, level, TokenImpersonation, &impersonation))
    status = STATUS_ACCESS_DENIED;
  else if (!SetThreadToken(NULL, impersonation)) status = STATUS_ACCESS_DENIED;
  if (impersonation != NULL) CloseHandle(impersonation);
  if (token != NULL) CloseHandle(token);
  return status;
}

ALPC_CALL NtAlpcImpersonateClientOfPort(HANDLE handle, PORT_MESSAGE *header, void *flags) {
  if (header == NULL) return STATUS_ACCESS_VIOLATION;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = impersonate(handle, header, (UINT_PTR)flags);
  session_leave();
  return status;
}

/* Binds to the real sender, however its pid may be used again. */
static NTSTATUS open_sender_process(HANDLE *process, HANDLE handle, const PORT_MESSAGE *header, UINT32 flags, UINT32 access) {
  UINT32 port, message;
  NTSTATUS status = open_message(handle, header, &port, &message);
  if (status != STATUS_SUCCESS) return status;
  if (flags != 0) return STATUS_INVALID_PARAMETER;
  *process = copy_from_process(self, process_handle(session->messages[message].process), access, 0);
  return *process != NULL ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

ALPC_CALL NtAlpcOpenSenderProcess(HANDLE *process, HANDLE handle, PORT_MESSAGE *header, UINT32 flags, UINT32 access,
                                  OBJECT_ATTRIBUTES *object) {
  if (process == NULL || header == NULL) return STATUS_ACCESS_VIOLATION;
  if (object == NULL || object->Length != sizeof *object) return STATUS_INVALID_PARAMETER;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = open_sender_process(process, handle, header, flags, access);
  session_leave();
  return status;
}

/* Only of a sender that is blocked for the answer (8.10). */
static NTSTATUS open_sender_thread(HANDLE *thread, HANDLE handle, const PORT_MESSAGE *header, UINT32 flags, UINT32 access) {
  UINT32 port, message;
  NTSTATUS status = open_message(handle, header, &port, &message);
  if (status != STATUS_SUCCESS) return status;
  if (flags != 0) return STATUS_INVALID_PARAMETER;
  if (session->messages[message].waiter == 0) return STATUS_ACCESS_DENIED;
  *thread = OpenThread(access, FALSE, (DWORD)session->messages[message].thread);
  return *thread != NULL ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

ALPC_CALL NtAlpcOpenSenderThread(HANDLE *thread, HANDLE handle, PORT_MESSAGE *header, UINT32 flags, UINT32 access,
                                 OBJECT_ATTRIBUTES *object) {
  if (thread == NULL || header == NULL) return STATUS_ACCESS_VIOLATION;
  if (object == NULL || object->Length != sizeof *object) return STATUS_INVALID_PARAMETER;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = open_sender_thread(thread, handle, header, flags, access);
  session_leave();
  return status;
}

/* Section 4, message classes 0 (SID), 1 (TokenModifiedId), 3 (handle). */
static NTSTATUS query_message(HANDLE handle, const PORT_MESSAGE *header, UINT32 class, void *buffer, UINT32 length, UINT32 *needed) {
  UINT32 port, message;
  NTSTATUS status = open_message(handle, header, &port, &message);
  if (status != STATUS_SUCCESS) return status;
  const Message *row = &session->messages[message];
  const void *source;
  UINT32 size;
  switch (class) {
    case 0:
      source = row->identity.sid;
      size = row->identity.sidLength;
      if (size == 0) return STATUS_ACCESS_DENIED;
      if (needed != NULL) *needed = size;
      if (length < size) return STATUS_BUFFER_TOO_SMALL;
      break;
    case 1:
      source = &row->identity.luids.ModifiedId;
      size = sizeof(LUID);
      if (length != size) return STATUS_INFO_LENGTH_MISMATCH;
      break;
    case 3:
      if (length != sizeof(ALPC_MESSAGE_HANDLE_INFORMATION)) return STATUS_INFO_LENGTH_MISMATCH;
      if (needed != NULL) *needed = length;
      return buffer == NULL ? STATUS_ACCESS_VIOLATION : handle_query(message, buffer);
    default: return STATUS_INVALID_INFO_CLASS;
  }
  if (buffer == NULL) return STATUS_ACCESS_VIOLATION;
  memcpy(buffer, source, size);
  if (needed != NULL) *needed = size;
  return STATUS_SUCCESS;
}

ALPC_CALL NtAlpcQueryInformationMessage(HANDLE handle, PORT_MESSAGE *header, UINT32 class, void *buffer, UINT32 length,
                                        UINT32 *needed) {
  if (header == NULL) return STATUS_ACCESS_VIOLATION;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = query_message(handle, header, class, buffer, length, needed);
  session_leave();
  return status;
}
