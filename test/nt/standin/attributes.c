/* The helpers without a system call: alpc.md 2.5 and 4.1. */
#include "standin.h"

static const struct {
  UINT32 bit;
  UINT32 size;
} layout[] = { /* descending bit order, 2.5 */
  {ATTRIBUTE_SECURITY, sizeof(ALPC_SECURITY_ATTR)},
  {ATTRIBUTE_VIEW, sizeof(ALPC_DATA_VIEW_ATTR)},
  {ATTRIBUTE_CONTEXT, sizeof(ALPC_CONTEXT_ATTR)},
  {ATTRIBUTE_HANDLE, sizeof(ALPC_HANDLE_ATTR)},
  {ATTRIBUTE_TOKEN, sizeof(ALPC_TOKEN_ATTR)},
  {ATTRIBUTE_DIRECT, 8},
  {ATTRIBUTE_WORK_ON_BEHALF_OF, 8},
};
enum { KINDS = sizeof layout / sizeof layout[0] };

UINT32 attributes_size(UINT32 attributes) {
  UINT32 size = sizeof(ALPC_MESSAGE_ATTRIBUTES);
  for (int kind = 0; kind < KINDS; kind++)
    if (attributes & layout[kind].bit) size += layout[kind].size;
  return size;
}

/* The address of an allocated attribute, or NULL (2.5: offsets follow the allocated mask, not the valid one). */
void *attribute_get(ALPC_MESSAGE_ATTRIBUTES *attributes, UINT32 attribute) {
  BYTE *at = (BYTE *)(attributes + 1);
  for (int kind = 0; kind < KINDS; kind++) {
    if (!(attributes->AllocatedAttributes & layout[kind].bit)) continue;
    if (layout[kind].bit == attribute) return at;
    at += layout[kind].size;
  }
  return NULL;
}

__declspec(dllexport) UINT32 NTAPI AlpcGetHeaderSize(UINT32 attributes) {
  return attributes_size(attributes);
}

ALPC_CALL AlpcInitializeMessageAttribute(UINT32 attributes, ALPC_MESSAGE_ATTRIBUTES *buffer, SIZE_T size, SIZE_T *required) {
  *required = attributes_size(attributes);
  if (buffer == NULL || size < *required) return STATUS_BUFFER_TOO_SMALL;
  buffer->AllocatedAttributes = attributes;
  buffer->ValidAttributes = 0;
  return STATUS_SUCCESS;
}

__declspec(dllexport) void *NTAPI AlpcGetMessageAttribute(ALPC_MESSAGE_ATTRIBUTES *buffer, UINT32 attribute) {
  return attribute_get(buffer, attribute);
}

/* Section 6 and open question 3. */
__declspec(dllexport) UINT32 NTAPI AlpcMaxAllowedMessageLength(void) {
  switch (switch_value(3)) {
    case 'b': return 0xFFFF;
    case 'c': return 0xFFF8;
    default: return 0xFFEF;
  }
}
