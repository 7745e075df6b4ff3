/*
 * Sees every handle that this process closes, whoever closes it: CloseHandle, below which are the runtime library's file
 * descriptors and sockets, ends in kernelbase.dll's import of NtClose, and that import leads here.
 */
#include "standin.h"

static NTSTATUS (NTAPI *systemClose)(HANDLE);

static NTSTATUS NTAPI close_seen(HANDLE handle) {
  /* Before it is closed: from then on the value may be another object's. */
  imported_handle_closed(handle);
  return systemClose(handle);
}

/* Where a loaded module keeps the address of a function that it imports; NULL if it imports no such function. */
static void **import_address(HMODULE module, const char *library, const char *function) {
  BYTE *base = (BYTE *)module;
  const IMAGE_NT_HEADERS *headers = (const IMAGE_NT_HEADERS *)(base + ((const IMAGE_DOS_HEADER *)base)->e_lfanew);
  const IMAGE_DATA_DIRECTORY *directory = &headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
  if (directory->VirtualAddress == 0) return NULL;
  const IMAGE_IMPORT_DESCRIPTOR *row = (const IMAGE_IMPORT_DESCRIPTOR *)(base + directory->VirtualAddress);
  for (; row->Name != 0; row++) {
    if (lstrcmpiA((const char *)base + row->Name, library) != 0) continue;
    const IMAGE_THUNK_DATA *name = (const IMAGE_THUNK_DATA *)(base + row->OriginalFirstThunk);
    IMAGE_THUNK_DATA *address = (IMAGE_THUNK_DATA *)(base + row->FirstThunk);
    for (; name->u1.AddressOfData != 0; name++, address++) {
      if (IMAGE_SNAP_BY_ORDINAL(name->u1.Ordinal)) continue;
      if (strcmp(((const IMAGE_IMPORT_BY_NAME *)(base + name->u1.AddressOfData))->Name, function) == 0)
        return (void **)&address->u1.Function;
    }
  }
  return NULL;
}

BOOLEAN watch_closes(void) {
  if (systemClose != NULL) return TRUE;
  void **address = import_address(GetModuleHandleA("kernelbase.dll"), "ntdll.dll", "NtClose");
  DWORD protection;
  if (address == NULL || !VirtualProtect(address, sizeof *address, PAGE_READWRITE, &protection)) return FALSE;
  systemClose = (NTSTATUS (NTAPI *)(HANDLE))*address;
  InterlockedExchangePointer(address, (void *)close_seen);
  return VirtualProtect(address, sizeof *address, protection, &protection);
}
