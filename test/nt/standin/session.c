/*
 * The shared state of a Wine session: attach, lock, death of processes.
 * What the kernel does when a process ends (alpc.md 8.11) is done here by whichever peer sees it first.
 */
#include <stdio.h>

#include "standin.h"

Session *session;
UINT32 self;

static HANDLE sessionMutex;
static INIT_ONCE attachOnce = INIT_ONCE_STATIC_INIT;
static struct {
  HANDLE handle;
  UINT32 generation;
} processHandles[MAX_PROCESSES + 1];

static HANDLE watch_event(UINT32 process) {
  char name[64];
  snprintf(name, sizeof name, "ncalrpc-standin-watch-%u", process);
  return CreateEventA(NULL, FALSE, FALSE, name);
}

/* A process died with the mutex: what it was building is dropped, the queues are linked again from the messages' states. */
static void lock(void) {
  if (WaitForSingleObject(sessionMutex, INFINITE) == WAIT_ABANDONED) messages_rebuild_queues();
}

HANDLE process_handle(UINT32 process) {
  const Process *row = &session->processes[process];
  if (process == 0 || row->pid == 0) return NULL;
  if (process == self) return GetCurrentProcess();
  if (processHandles[process].generation != row->generation) {
    if (processHandles[process].handle != NULL) CloseHandle(processHandles[process].handle);
    processHandles[process].handle = OpenProcess(PROCESS_ALL_ACCESS, FALSE, row->pid);
    processHandles[process].generation = row->generation;
  }
  return processHandles[process].handle;
}

HANDLE copy_from_process(UINT32 process, HANDLE handle, UINT32 access, UINT32 options) {
  HANDLE source = process_handle(process);
  HANDLE copy = NULL;
  if (source == NULL || !DuplicateHandle(source, handle, GetCurrentProcess(), &copy, access, FALSE, options)) return NULL;
  return copy;
}

void close_in_process(UINT32 process, HANDLE handle) {
  if (handle == NULL) return;
  if (process == self) {
    CloseHandle(handle);
    return;
  }
  HANDLE holder = process_handle(process);
  if (holder == NULL) return;
  HANDLE copy = NULL;
  DuplicateHandle(holder, handle, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS);
  if (copy != NULL) CloseHandle(copy);
}

static void process_remove(UINT32 process) {
  process_ports_remove(process);
  for (UINT32 section = 1; section <= MAX_SECTIONS; section++)
    if (session->sections[section].process == process) session->sections[section].mapping = NULL;
  for (UINT32 waiter = 1; waiter <= MAX_WAITERS; waiter++)
    if (session->waiters[waiter].process == process) session->waiters[waiter].process = 0;
  session->processes[process].pid = 0;
}

/* One thread per process waits for the end of all others. */
static DWORD WINAPI watch(void *unused) {
  (void)unused;
  HANDLE changed = watch_event(self);
  for (;;) {
    HANDLE handles[MAX_PROCESSES + 1] = {changed};
    DWORD count = 1;
    lock();
    for (UINT32 process = 1; process <= MAX_PROCESSES; process++) {
      if (process == self || session->processes[process].pid == 0) continue;
      HANDLE handle = process_handle(process);
      if (handle == NULL || WaitForSingleObject(handle, 0) == WAIT_OBJECT_0) {
        process_remove(process);
        continue;
      }
      /* A duplicate, because the cached one is closed when its row is used again. */
      if (!DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &handles[count], SYNCHRONIZE, FALSE, 0)) continue;
      count++;
    }
    session_leave();
    DWORD result = WaitForMultipleObjects(count, handles, FALSE, INFINITE);
    for (DWORD index = 1; index < count; index++) CloseHandle(handles[index]);
    if (result == WAIT_FAILED) return 1;
  }
}

static BOOL CALLBACK attach(INIT_ONCE *once, void *parameter, void **context) {
  (void)once, (void)parameter, (void)context;
  HMODULE module;
  GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (const char *)&session, &module);
  if (!watch_closes()) return FALSE;
  sessionMutex = CreateMutexA(NULL, FALSE, "ncalrpc-standin-mutex");
  UINT64 size = sizeof(Session);
  HANDLE mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, (DWORD)(size >> 32), (DWORD)size,
                                      "ncalrpc-standin-session");
  if (mapping == NULL || sessionMutex == NULL) return FALSE;
  session = MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, 0);
  if (session == NULL) return FALSE;
  lock();
  for (UINT32 process = 1; process <= MAX_PROCESSES && self == 0; process++)
    if (session->processes[process].pid == 0) self = process;
  if (self != 0) {
    session->processes[self].pid = GetCurrentProcessId();
    session->processes[self].generation++;
    for (UINT32 process = 1; process <= MAX_PROCESSES; process++) {
      if (process == self || session->processes[process].pid == 0) continue;
      HANDLE event = watch_event(process);
      SetEvent(event);
      CloseHandle(event);
    }
  }
  session_leave();
  if (self == 0) return FALSE;
  HANDLE thread = CreateThread(NULL, 0x10000, watch, NULL, 0, NULL);
  if (thread != NULL) CloseHandle(thread);
  return TRUE;
}

NTSTATUS session_enter(void) {
  if (!InitOnceExecuteOnce(&attachOnce, attach, NULL, NULL)) return STATUS_INSUFFICIENT_RESOURCES;
  lock();
  return STATUS_SUCCESS;
}

void session_leave(void) {
  ReleaseMutex(sessionMutex);
}

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, void *reserved) {
  (void)module, (void)reserved;
  if (reason == DLL_PROCESS_DETACH && self != 0) {
    lock();
    census_at_exit();
    process_remove(self);
    session_leave();
  }
  return TRUE;
}
