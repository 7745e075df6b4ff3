/*
 * What a caller did wrong. Every violation is a line in the file that NCALRPC_STANDIN_REPORT names, at once; every process
 * that ends in good order adds a census of what it still held. A killed process adds nothing: the kernel cleans up after it.
 *
 *   violation pid=<pid> rule=<rule> <detail>
 *   census pid=<pid> ports=<n> messages=<n> views=<n> sections=<n> contexts=<n> handles=<n> violations=<n>
 *
 * Rules: port, unfinished-message, view, section, security-context, handle, type, length, buffer-length, valid-attributes,
 * port-attributes, flags, untouched.
 */
#include <stdarg.h>
#include <stdio.h>

#include "standin.h"

static volatile LONG violations;
static char kept[16384]; /* the first violations, for StandinReport */
static volatile LONG keptLength;

static void append_line(const char *line, int length) {
  char path[MAX_PATH];
  DWORD size = GetEnvironmentVariableA("NCALRPC_STANDIN_REPORT", path, sizeof path);
  if (size == 0 || size >= sizeof path) return;
  HANDLE file = CreateFileA(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
  if (file == INVALID_HANDLE_VALUE) return;
  DWORD written;
  WriteFile(file, line, (DWORD)length, &written, NULL);
  CloseHandle(file);
}

void violation(const char *rule, const char *format, ...) {
  char line[512];
  int length = snprintf(line, sizeof line, "violation pid=%lu rule=%s ", GetCurrentProcessId(), rule);
  va_list arguments;
  va_start(arguments, format);
  length += vsnprintf(line + length, sizeof line - 1 - (size_t)length, format, arguments);
  va_end(arguments);
  if (length > (int)sizeof line - 2) length = sizeof line - 2;
  line[length++] = '\n';
  line[length] = 0;
  InterlockedIncrement(&violations);
  if (keptLength + length < (LONG)sizeof kept) {
    LONG at = InterlockedExchangeAdd(&keptLength, length);
    if (at + length < (LONG)sizeof kept) memcpy(kept + at, line, (size_t)length);
  }
  append_line(line, length);
}

typedef struct Census {
  UINT32 ports, messages, views, sections, contexts, handles;
} Census;

static Census count(void) {
  Census census = {0};
  for (UINT32 port = 1; port <= MAX_PORTS; port++)
    if (session->ports[port].kind != PORT_FREE && session->ports[port].process == self) census.ports++;
  for (UINT32 message = 1; message <= session->usedMessages; message++) {
    const Message *row = &session->messages[message];
    if ((row->state == MESSAGE_OWED || row->state == MESSAGE_WITHDRAWN) && session->ports[row->to].process == self) census.messages++;
  }
  for (UINT32 view = 1; view <= MAX_VIEWS; view++)
    if (session->views[view].section != 0 && session->views[view].base != NULL && session->views[view].process == self) census.views++;
  for (UINT32 section = 1; section <= MAX_SECTIONS; section++)
    if (session->sections[section].port != 0 && !session->sections[section].deleted && session->sections[section].process == self)
      census.sections++;
  for (UINT32 context = 1; context <= MAX_CONTEXTS; context++)
    if (session->contexts[context].port != 0 && session->contexts[context].process == self) census.contexts++;
  census.handles = imported_handle_count();
  return census;
}

static int print_census(char *text, size_t size) {
  Census census = count();
  return snprintf(text, size, "census pid=%lu ports=%u messages=%u views=%u sections=%u contexts=%u handles=%u violations=%ld\n",
                  GetCurrentProcessId(), census.ports, census.messages, census.views, census.sections, census.contexts,
                  census.handles, violations);
}

/* Called with the mutex as the process ends. Everything still there is a leak. */
void census_at_exit(void) {
  for (UINT32 port = 1; port <= MAX_PORTS; port++) {
    const Port *row = &session->ports[port];
    static const char *const kinds[] = {"", "connection", "client", "server"};
    if (row->kind == PORT_FREE || row->process != self) continue;
    violation("port", "%s port was never closed", kinds[row->kind]);
    for (UINT32 message = 1; message <= session->usedMessages; message++)
      if (session->messages[message].state == MESSAGE_OWED && session->messages[message].to == port)
        violation("unfinished-message", "0x%x of type %u at exit", session->messages[message].id, session->messages[message].kind);
    for (UINT32 view = 1; view <= MAX_VIEWS; view++)
      if (session->views[view].section != 0 && session->views[view].port == port)
        violation("view", "%llu octets at exit", (unsigned long long)session->views[view].size);
    for (UINT32 section = 1; section <= MAX_SECTIONS; section++)
      if (session->sections[section].port == port && !session->sections[section].deleted)
        violation("section", "%llu octets at exit", (unsigned long long)session->sections[section].size);
    for (UINT32 context = 1; context <= MAX_CONTEXTS; context++)
      if (session->contexts[context].port == port) violation("security-context", "context at exit");
  }
  report_imported_handles();
  char line[256];
  append_line(line, print_census(line, sizeof line));
}

/* The census of this moment and the violations so far, as text with a NUL; returns the number of violations. */
__declspec(dllexport) UINT32 NTAPI StandinReport(char *buffer, UINT32 size) {
  if (buffer == NULL || size == 0 || session_enter() != STATUS_SUCCESS) return (UINT32)violations;
  int length = print_census(buffer, size);
  if (length >= 0 && (UINT32)length < size) snprintf(buffer + length, size - (UINT32)length, "%s", kept);
  session_leave();
  return (UINT32)violations;
}
