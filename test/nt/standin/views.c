/* Port sections and views: alpc.md 8.8. A view is a region of a section; regions of one section do not overlap. */
#define PSAPI_VERSION 2
#include "standin.h"

#include <psapi.h>

enum { SECTION_GRANULARITY = 0x10000, VIEW_GRANULARITY = 0x1000 }; /* section 6 */

static UINT64 round_up(UINT64 size, UINT64 granularity) {
  return (size + granularity - 1) & ~(granularity - 1);
}

static UINT32 section_find(UINT32 port, UINT64 id) {
  for (UINT32 section = 1; section <= MAX_SECTIONS; section++) {
    const Section *row = &session->sections[section];
    if (row->port == port && row->id == id && !row->deleted && row->portGeneration == session->ports[port].generation) return section;
  }
  return 0;
}

/* Views keep a deleted section alive. */
static void section_free_if_unused(UINT32 section) {
  Section *row = &session->sections[section];
  if (!row->deleted) return;
  for (UINT32 view = 1; view <= MAX_VIEWS; view++)
    if (session->views[view].section == section) return;
  close_in_process(row->process, row->mapping);
  Port *port = &session->ports[row->port];
  if (port->kind != PORT_FREE && port->generation == row->portGeneration) port->sectionUsage -= row->size;
  row->port = 0;
}

/* Flags: 0x40000 secure, then without a section of the caller's (3.3). */
static NTSTATUS create_section(HANDLE handle, UINT32 flags, HANDLE given, SIZE_T size, UINT64 *id, SIZE_T *actual) {
  UINT32 port = port_find(handle);
  if (port == 0) return STATUS_INVALID_HANDLE;
  if (flags & ~SECTION_SECURE) return STATUS_INVALID_PARAMETER;
  if ((flags & SECTION_SECURE) && (given != NULL || size == 0)) return STATUS_INVALID_PARAMETER;
  if (given == NULL && size == 0) return STATUS_INVALID_PARAMETER;
  const ALPC_PORT_ATTRIBUTES *limits = &session->ports[port].attributes;
  UINT64 rounded = round_up(size, SECTION_GRANULARITY);
  if (rounded < size) return STATUS_INVALID_PARAMETER;
  if (size > limits->MaxSectionSize || session->ports[port].sectionUsage + rounded > limits->MaxTotalSectionSize)
    return STATUS_QUOTA_EXCEEDED;
  UINT32 section = 1;
  while (section <= MAX_SECTIONS && session->sections[section].port != 0) section++;
  if (section > MAX_SECTIONS) return STATUS_INSUFFICIENT_RESOURCES;
  HANDLE mapping = NULL;
  if (given != NULL) mapping = copy_from_process(self, given, 0, DUPLICATE_SAME_ACCESS);
  else mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, (DWORD)(rounded >> 32), (DWORD)rounded, NULL);
  if (mapping == NULL) return given != NULL ? STATUS_INVALID_HANDLE : STATUS_INSUFFICIENT_RESOURCES;
  Section *row = &session->sections[section];
  *row = (Section){.process = self, .mapping = mapping, .size = rounded, .flags = flags};
  row->id = ++session->nextId;
  row->portGeneration = session->ports[port].generation;
  row->port = port;
  session->ports[port].sectionUsage += rounded;
  *id = row->id;
  *actual = rounded;
  return STATUS_SUCCESS;
}

ALPC_CALL NtAlpcCreatePortSection(HANDLE handle, UINT32 flags, HANDLE given, SIZE_T size, UINT64 *id, SIZE_T *actual) {
  if (id == NULL || actual == NULL) return STATUS_ACCESS_VIOLATION;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = create_section(handle, flags, given, size, id, actual);
  session_leave();
  return status;
}

static NTSTATUS delete_section(HANDLE handle, UINT32 flags, UINT64 id) {
  UINT32 port = port_find(handle);
  if (port == 0) return STATUS_INVALID_HANDLE;
  if (flags != 0) return STATUS_INVALID_PARAMETER;
  UINT32 section = section_find(port, id);
  if (section == 0) return STATUS_INVALID_HANDLE;
  session->sections[section].deleted = 1;
  section_free_if_unused(section);
  return STATUS_SUCCESS;
}

ALPC_CALL NtAlpcDeletePortSection(HANDLE handle, UINT32 flags, UINT64 id) {
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = delete_section(handle, flags, id);
  session_leave();
  return status;
}

/* First fit among the regions in use. */
static NTSTATUS find_region(UINT32 section, UINT64 size, UINT64 *offset) {
  *offset = 0;
  for (UINT32 view = 1; view <= MAX_VIEWS; view++) {
    const View *row = &session->views[view];
    if (row->section != section || row->offset >= *offset + size || *offset >= row->offset + row->size) continue;
    *offset = row->offset + row->size;
    view = 0; /* from the start, behind this region */
  }
  return *offset + size <= session->sections[section].size ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static UINT32 view_add(UINT32 section, UINT64 offset, UINT64 size) {
  for (UINT32 view = 1; view <= MAX_VIEWS; view++) {
    if (session->views[view].section != 0) continue;
    session->views[view] = (View){.offset = offset, .size = size};
    session->views[view].section = section;
    return view;
  }
  return 0;
}

static UINT32 view_find(UINT32 port, const void *base) {
  for (UINT32 view = 1; view <= MAX_VIEWS; view++) {
    const View *row = &session->views[view];
    if (row->section != 0 && row->process == self && row->port == port && row->base == base && base != NULL) return view;
  }
  return 0;
}

/* Maps from a multiple of 64 KB at or below the region. */
static NTSTATUS map_view(View *view, HANDLE mapping, UINT32 access) {
  UINT64 start = view->offset & ~(UINT64)(SECTION_GRANULARITY - 1);
  UINT64 lead = view->offset - start;
  view->mapped = MapViewOfFile(mapping, access, (DWORD)(start >> 32), (DWORD)start, lead + view->size);
  if (view->mapped == NULL) return STATUS_INSUFFICIENT_RESOURCES;
  view->base = (BYTE *)view->mapped + lead;
  view->process = self;
  return STATUS_SUCCESS;
}

/* The attribute's Flags and ViewBase must be 0 (section 4). */
static NTSTATUS create_view(HANDLE handle, UINT32 flags, ALPC_DATA_VIEW_ATTR *attribute) {
  UINT32 port = port_find(handle);
  if (port == 0) return STATUS_INVALID_HANDLE;
  if (flags != 0 || attribute->Flags != 0 || attribute->ViewBase != NULL || attribute->ViewSize == 0) return STATUS_INVALID_PARAMETER;
  UINT32 section = section_find(port, attribute->SectionHandle);
  if (section == 0) return STATUS_INVALID_HANDLE;
  UINT64 size = round_up(attribute->ViewSize, VIEW_GRANULARITY);
  if (attribute->ViewSize > session->ports[port].attributes.MaxViewSize) return STATUS_QUOTA_EXCEEDED;
  if (size < attribute->ViewSize || size > session->sections[section].size) return STATUS_INVALID_PARAMETER;
  UINT64 offset;
  NTSTATUS status = find_region(section, size, &offset);
  if (status != STATUS_SUCCESS) return status;
  UINT32 view = view_add(section, offset, size);
  if (view == 0) return STATUS_INSUFFICIENT_RESOURCES;
  View *row = &session->views[view];
  row->port = port;
  status = map_view(row, session->sections[section].mapping, FILE_MAP_READ | FILE_MAP_WRITE);
  if (status != STATUS_SUCCESS) {
    row->section = 0;
    return status;
  }
  attribute->ViewBase = row->base;
  attribute->ViewSize = row->size;
  return STATUS_SUCCESS;
}

ALPC_CALL NtAlpcCreateSectionView(HANDLE handle, UINT32 flags, ALPC_DATA_VIEW_ATTR *attribute) {
  if (attribute == NULL) return STATUS_ACCESS_VIOLATION;
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = create_view(handle, flags, attribute);
  session_leave();
  return status;
}

static void unmap(const View *view) {
  if (view->base == NULL) return;
  if (view->process == self) UnmapViewOfFile(view->mapped);
  else NtUnmapViewOfSection(process_handle(view->process), view->mapped);
}

static void protect(const View *view, DWORD protection) {
  DWORD before;
  HANDLE process = process_handle(view->process);
  if (process != NULL && view->base != NULL) VirtualProtectEx(process, view->base, view->size, protection, &before);
}

/* Wherever it is mapped; a sender's view that was read-only meanwhile can be written again. */
void view_drop(UINT32 view) {
  View *row = &session->views[view];
  UINT32 section = row->section;
  if (section == 0) return;
  if (row->sender != 0 && session->views[row->sender].section == section) protect(&session->views[row->sender], PAGE_READWRITE);
  unmap(row);
  close_in_process(row->carrier, row->carried);
  row->section = 0;
  row->base = NULL;
  section_free_if_unused(section);
}

/* A view's life ends with its port, in its own process. */
static NTSTATUS delete_view(HANDLE handle, UINT32 flags, void *base) {
  UINT32 port = port_find(handle);
  if (port == 0) return STATUS_INVALID_HANDLE;
  if (flags != 0) return STATUS_INVALID_PARAMETER;
  UINT32 view = view_find(port, base);
  /* What came through the connection port may be released at the client's own communication port too, and vice versa. */
  for (UINT32 other = 1; view == 0 && other <= MAX_PORTS; other++)
    if (session->ports[other].kind == PORT_SERVER && port_of_queue(other) == port_of_queue(port)) view = view_find(other, base);
  if (view == 0) return STATUS_INVALID_PARAMETER;
  view_drop(view);
  return STATUS_SUCCESS;
}

ALPC_CALL NtAlpcDeleteSectionView(HANDLE handle, UINT32 flags, void *base) {
  NTSTATUS status = session_enter();
  if (status != STATUS_SUCCESS) return status;
  status = delete_view(handle, flags, base);
  session_leave();
  return status;
}

/* Whether the system has given this process each page of a view: a page comes when it is touched. */
static BOOLEAN all_pages_touched(const View *view) {
  PSAPI_WORKING_SET_EX_INFORMATION pages[256];
  for (UINT64 from = 0; from < view->size; from += 256 * VIEW_GRANULARITY) {
    UINT32 count = 0;
    for (UINT64 at = from; at < view->size && count < 256; at += VIEW_GRANULARITY)
      pages[count++] = (PSAPI_WORKING_SET_EX_INFORMATION){.VirtualAddress = (BYTE *)view->base + at};
    if (!QueryWorkingSetEx(GetCurrentProcess(), pages, count * sizeof pages[0])) return TRUE;
    for (UINT32 page = 0; page < count; page++)
      if (!pages[page].VirtualAttributes.Valid) return FALSE;
  }
  return TRUE;
}

/*
 * A view goes with a message: with AUTO_RELEASE the sender's view itself, else a second one of the same region, during
 * whose life a SECURED sender can only read (8.8). The section travels as a handle of the receiver's, so that the sender may die.
 */
NTSTATUS view_capture(UINT32 port, UINT32 to, UINT32 message, const ALPC_DATA_VIEW_ATTR *attribute, UINT32 *captured) {
  if (attribute->Flags & ~(VIEW_UNMAP_EXISTING | VIEW_AUTO_RELEASE | VIEW_SECURED_ACCESS)) return STATUS_INVALID_PARAMETER;
  UINT32 section = section_find(port, attribute->SectionHandle);
  UINT32 view = view_find(port, attribute->ViewBase);
  /* The section may have been deleted after the view was made. */
  if (view == 0 || session->views[view].received || session->sections[session->views[view].section].id != attribute->SectionHandle)
    return STATUS_INVALID_PARAMETER;
  section = session->views[view].section;
  View *row = &session->views[view];
  if (attribute->ViewSize != row->size) {
    violation("view", "ViewSize %llu of a view of %llu octets", (unsigned long long)attribute->ViewSize, (unsigned long long)row->size);
    return STATUS_INVALID_PARAMETER;
  }
  if (attribute->Flags & VIEW_SECURED_ACCESS) {
    if (!(session->sections[section].flags & SECTION_SECURE)) return STATUS_INVALID_PARAMETER;
    if (!all_pages_touched(row)) { /* pitfall 20 */
      violation("untouched", "a secured view of %llu octets with pages that were never touched", (unsigned long long)row->size);
      return STATUS_INVALID_PARAMETER;
    }
  }
  HANDLE receiver = process_handle(session->ports[to].process);
  HANDLE carried = NULL;
  if (receiver == NULL || !DuplicateHandle(GetCurrentProcess(), session->sections[section].mapping, receiver, &carried, 0, FALSE,
                                           DUPLICATE_SAME_ACCESS))
    return STATUS_PORT_DISCONNECTED;
  UINT32 sent = view;
  if (attribute->Flags & VIEW_AUTO_RELEASE) {
    unmap(row);
    row->base = NULL;
  } else {
    sent = view_add(section, row->offset, row->size);
    if (sent == 0) {
      close_in_process(session->ports[to].process, carried);
      return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (attribute->Flags & VIEW_SECURED_ACCESS) {
      session->views[sent].sender = view;
      protect(row, PAGE_READONLY);
    }
  }
  session->views[sent].port = 0;
  session->views[sent].flags = attribute->Flags & ~VIEW_UNMAP_EXISTING;
  session->views[sent].message = session->messages[message].id;
  session->views[sent].received = 1;
  session->views[sent].carried = carried;
  session->views[sent].carrier = session->ports[to].process;
  *captured = sent;
  return STATUS_SUCCESS;
}

/* The receiver gets a mapping of its own; read-only if it is SECURED. It outlives the message until it is released. */
NTSTATUS view_deliver(UINT32 view, UINT32 port, UINT32 message, ALPC_DATA_VIEW_ATTR *attribute) {
  View *row = &session->views[view];
  NTSTATUS status = map_view(row, row->carried, row->flags & VIEW_SECURED_ACCESS ? FILE_MAP_READ : FILE_MAP_READ | FILE_MAP_WRITE);
  if (status != STATUS_SUCCESS) return status;
  CloseHandle(row->carried);
  row->carried = NULL;
  row->port = port;
  row->message = session->messages[message].id;
  attribute->Flags = row->flags;
  attribute->SectionHandle = session->sections[row->section].id;
  attribute->ViewBase = row->base;
  attribute->ViewSize = row->size;
  return STATUS_SUCCESS;
}

/* UNMAP_EXISTING: the view that came with the message being answered, if there was one. */
void view_release_received(UINT32 message, UINT32 port) {
  for (UINT32 view = 1; view <= MAX_VIEWS; view++) {
    const View *row = &session->views[view];
    if (row->section != 0 && row->received && row->port == port && row->base != NULL &&
        row->message == session->messages[message].id)
      view_drop(view);
  }
}

void port_sections_remove(UINT32 port, BOOLEAN byOwner) {
  BOOLEAN strict = byOwner && !switch_lenient_close();
  for (UINT32 view = 1; view <= MAX_VIEWS; view++) {
    const View *row = &session->views[view];
    if (row->section == 0 || row->port != port) continue;
    if (strict) violation("view", "port closed with a %s view of %llu octets", row->received ? "received" : "own", (unsigned long long)row->size);
    view_drop(view);
  }
  for (UINT32 section = 1; section <= MAX_SECTIONS; section++) {
    Section *row = &session->sections[section];
    if (row->port != port || row->deleted || row->portGeneration != session->ports[port].generation) continue;
    if (strict) violation("section", "port closed with a section of %llu octets", (unsigned long long)row->size);
    row->deleted = 1;
    section_free_if_unused(section);
  }
}
