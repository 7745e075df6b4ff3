/* Handle attributes: alpc.md 8.9, types of 3.4. */
#include "standin.h"

static const struct {
  const WCHAR *name;
  UINT32 type;
} objectTypes[] = {
  {L"File", 0x1},     {L"Thread", 0x4},   {L"Semaphore", 0x8}, {L"Event", 0x10},  {L"Process", 0x20}, {L"Mutant", 0x40},
  {L"Section", 0x80}, {L"Key", 0x100},    {L"Token", 0x200},   {L"Job", 0x800},
};

/* Handles that this process received and has not closed. Beyond the table nothing is reported. */
static HANDLE imported[1024];

static void remember_import(HANDLE handle) {
  for (int row = 0; row < 1024; row++) {
    if (InterlockedCompareExchangePointer(&imported[row], handle, NULL) == NULL) return;
  }
}

void imported_handle_closed(HANDLE handle) {
  for (int row = 0; row < 1024; row++)
    if (imported[row] == handle && InterlockedCompareExchangePointer(&imported[row], NULL, handle) == handle) return;
}

UINT32 imported_handle_count(void) {
  UINT32 count = 0;
  for (int row = 0; row < 1024; row++) count += imported[row] != NULL;
  return count;
}

void report_imported_handles(void) {
  for (int row = 0; row < 1024; row++)
    if (imported[row] != NULL)
      violation("handle", "received handle 0x%llx was never closed", (unsigned long long)(UINT_PTR)imported[row]);
}

/* 0 if the handle is not valid or of a type that cannot be sent. */
static UINT32 object_type(HANDLE handle) {
  BYTE buffer[512];
  ULONG length;
  if (NtQueryObject(handle, ObjectTypeInformation, buffer, sizeof buffer, &length) < 0) return 0;
  const UNICODE_STRING *name = (const UNICODE_STRING *)buffer;
  for (size_t row = 0; row < sizeof objectTypes / sizeof objectTypes[0]; row++)
    if (name->Length == 2 * lstrlenW(objectTypes[row].name) && memcmp(name->Buffer, objectTypes[row].name, name->Length) == 0)
      return objectTypes[row].type;
  return 0;
}

/* Duplicates one handle into the receiver's process; the sheet names no statuses here: those of NtDuplicateObject and of types. */
static NTSTATUS capture_one(const Port *to, UINT32 flags, HANDLE handle, UINT32 type, UINT32 access, MessageHandle *entry) {
  if (flags & ~(HANDLE_SAME_ACCESS | HANDLE_SAME_ATTRIBUTES | HANDLE_INHERIT)) return STATUS_INVALID_PARAMETER;
  UINT32 actual = object_type(handle);
  if (actual == 0) return STATUS_INVALID_HANDLE;
  if (type != 0 && type != actual) return STATUS_OBJECT_TYPE_MISMATCH;
  if (type == 0 && !(flags & HANDLE_SAME_ACCESS)) return STATUS_INVALID_PARAMETER;
  if (!(to->attributes.DupObjectTypes & actual)) return STATUS_OBJECT_TYPE_MISMATCH;
  HANDLE receiver = process_handle(to->process);
  HANDLE copy = NULL;
  if (receiver == NULL) return STATUS_PORT_DISCONNECTED;
  if (!DuplicateHandle(GetCurrentProcess(), handle, receiver, &copy, access, (flags & HANDLE_INHERIT) != 0,
                       flags & HANDLE_SAME_ACCESS ? DUPLICATE_SAME_ACCESS : 0))
    return STATUS_ACCESS_DENIED;
  *entry = (MessageHandle){.handle = copy, .objectType = actual, .access = access, .flags = flags};
  return STATUS_SUCCESS;
}

NTSTATUS handles_capture(UINT32 to, UINT32 message, const ALPC_HANDLE_ATTR *attribute, UINT32 *count) {
  const Port *receiver = &session->ports[to];
  *count = 0;
  if (!(attribute->Flags & HANDLE_INDIRECT) && attribute->Handle == 0) return STATUS_SUCCESS; /* the empty attribute of 8.8 */
  if (!(receiver->attributes.Flags & PORT_ALLOW_DUP_OBJECT)) return STATUS_ACCESS_DENIED;
  MessageHandle *entries = session->bodies[message].handles;
  if (!(attribute->Flags & HANDLE_INDIRECT)) {
    NTSTATUS status = capture_one(receiver, attribute->Flags, (HANDLE)(UINT_PTR)attribute->Handle, attribute->ObjectType,
                                  attribute->Access, &entries[0]);
    *count = status == STATUS_SUCCESS ? 1 : 0;
    return status;
  }
  UINT32 number = attribute->ObjectType;
  const ALPC_HANDLE_ATTR32 *list = (const ALPC_HANDLE_ATTR32 *)(UINT_PTR)attribute->Handle;
  if (number < 2 || (attribute->Flags & ~HANDLE_INDIRECT)) return STATUS_INVALID_PARAMETER;
  if (number > MAX_HANDLES) return STATUS_LPC_HANDLE_COUNT_EXCEEDED;
  if (list == NULL) return STATUS_ACCESS_VIOLATION;
  if (!(receiver->attributes.Flags & PORT_ALLOW_MULTIHANDLE)) return STATUS_INVALID_PARAMETER;
  for (UINT32 index = 0; index < number; index++) {
    NTSTATUS status = capture_one(receiver, list[index].Flags, (HANDLE)(UINT_PTR)list[index].Handle, list[index].ObjectType,
                                  list[index].Access, &entries[index]);
    if (status != STATUS_SUCCESS) {
      while (index-- > 0) close_in_process(receiver->process, entries[index].handle);
      return status;
    }
  }
  *count = number;
  return STATUS_SUCCESS;
}

/* Those that nobody took over. */
void handles_drop(UINT32 message) {
  Message *row = &session->messages[message];
  for (UINT32 index = 0; index < row->handleCount; index++)
    close_in_process(session->ports[row->to].process, session->bodies[message].handles[index].handle);
  row->handleCount = 0;
}

/* Without ALLOW_MULTIHANDLE the handle itself, which the receiver owns from now on; with it, the number of handles. */
void handles_deliver(UINT32 message, UINT32 port, ALPC_HANDLE_ATTR *attribute) {
  Message *row = &session->messages[message];
  MessageHandle *entries = session->bodies[message].handles;
  *attribute = (ALPC_HANDLE_ATTR){.Flags = 0};
  if (session->ports[port].attributes.Flags & PORT_ALLOW_MULTIHANDLE) {
    attribute->Flags = HANDLE_INDIRECT;
    attribute->ObjectType = row->handleCount;
    return;
  }
  attribute->Flags = entries[0].flags;
  attribute->Handle = (UINT_PTR)entries[0].handle;
  attribute->ObjectType = entries[0].objectType;
  attribute->Access = entries[0].access;
  remember_import(entries[0].handle);
  row->handleCount = 0;
}

/* Class 3: each query makes another handle (8.9). */
NTSTATUS handle_query(UINT32 message, ALPC_MESSAGE_HANDLE_INFORMATION *information) {
  const Message *row = &session->messages[message];
  if (information->Index >= row->handleCount) return STATUS_INVALID_PARAMETER;
  const MessageHandle *entry = &session->bodies[message].handles[information->Index];
  HANDLE copy = copy_from_process(self, entry->handle, 0, DUPLICATE_SAME_ACCESS);
  if (copy == NULL) return STATUS_ACCESS_DENIED;
  remember_import(copy);
  information->Flags = entry->flags;
  information->Handle = (UINT32)(UINT_PTR)copy;
  information->ObjectType = entry->objectType;
  information->GrantedAccess = entry->access;
  return STATUS_SUCCESS;
}
