/* NtReadRequestData and NtWriteRequestData: alpc.md 8.12; open question 10. */
#include "standin.h"

/* One entry of an open request of a client; `size` is bounded by the entry. */
static NTSTATUS find_entry(HANDLE handle, const PORT_MESSAGE *header, UINT32 index, PORT_DATA_ENTRY *entry, UINT32 *process) {
  UINT32 port = port_find(handle);
  if (port == 0) return STATUS_INVALID_HANDLE;
  if (switch_value(10) == 'b' || !(session->ports[port].attributes.Flags & PORT_ALLOW_LPC_REQUESTS)) return STATUS_ACCESS_DENIED;
  UINT32 message = message_find(header->MessageId);
  if (message == 0) return STATUS_INVALID_MESSAGE;
  const Message *row = &session->messages[message];
  if (row->callbackId != header->CallbackId) return STATUS_REPLY_MESSAGE_MISMATCH;
  if (!message_is_at(row, port)) return STATUS_ACCESS_DENIED;
  if (row->state == MESSAGE_WITHDRAWN) return STATUS_REQUEST_CANCELED;
  if (row->kind != TYPE_REQUEST || row->dataInfoOffset == 0) return STATUS_INVALID_PARAMETER;
  const BYTE *data = session->bodies[message].data + row->dataInfoOffset - HEADER_SIZE;
  const PORT_DATA_INFORMATION *information = (const PORT_DATA_INFORMATION *)data;
  if (index >= information->Count) return STATUS_INVALID_PARAMETER;
  *entry = information->Entries[index];
  *process = row->process;
  return STATUS_SUCCESS;
}

static NTSTATUS transfer(HANDLE handle, const PORT_MESSAGE *header, UINT32 index, void *buffer, SIZE_T size, SIZE_T *done, BOOLEAN write) {
  PORT_DATA_ENTRY entry;
  UINT32 process;
  NTSTATUS status = find_entry(handle, header, index, &entry, &process);
  if (status != STATUS_SUCCESS) return status;
  if (size > entry.Size) return STATUS_INVALID_PARAMETER;
  SIZE_T copied = 0;
  void *address = (void *)(UINT_PTR)entry.Base;
  BOOL complete = write ? WriteProcessMemory(process_handle(process), address, buffer, size, &copied)
                        : ReadProcessMemory(process_handle(process), address, buffer, size, &copied);
  if (done != NULL) *done = complete ? copied : 0;
  return complete && copied == size ? STATUS_SUCCESS : STATUS_PARTIAL_COPY;
}

ALPC_CALL NtReadRequestData(HANDLE handle, PORT_MESSAGE *header, UINT32 index, void *buffer, SIZE_T size, SIZE_T *done) {
  if (header == NULL || buffer == NULL) return STATUS_ACCESS_VIOLATION;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = transfer(handle, header, index, buffer, size, done, FALSE);
  session_leave();
  return status;
}

ALPC_CALL NtWriteRequestData(HANDLE handle, PORT_MESSAGE *header, UINT32 index, void *buffer, SIZE_T size, SIZE_T *done) {
  if (header == NULL || buffer == NULL) return STATUS_ACCESS_VIOLATION;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = transfer(handle, header, index, buffer, size, done, TRUE);
  session_leave();
  return status;
}
