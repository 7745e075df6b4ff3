/* Blocking and waking across processes: waiters, completion ports, waitable port handles (alpc.md 8.5, 8.6). */
#include <stdio.h>

#include "standin.h"

/* Without the mutex: handles of this process for things of others, opened when first needed. */
static HANDLE waiterEvents[MAX_WAITERS + 1];
static struct {
  UINT32 generation;
  HANDLE completionPort;
  HANDLE signal;
} remotePorts[MAX_PORTS + 1];

static HANDLE waiter_event(UINT32 waiter) {
  if (waiterEvents[waiter] == NULL) {
    char name[64];
    snprintf(name, sizeof name, "ncalrpc-standin-waiter-%u", waiter);
    waiterEvents[waiter] = CreateEventA(NULL, FALSE, FALSE, name);
  }
  return waiterEvents[waiter];
}

UINT32 waiter_add(UINT32 port, UINT32 message) {
  for (UINT32 waiter = 1; waiter <= MAX_WAITERS; waiter++) {
    Waiter *row = &session->waiters[waiter];
    if (row->process != 0) continue;
    *row = (Waiter){.process = self, .port = port, .message = message};
    ResetEvent(waiter_event(waiter));
    return waiter;
  }
  return 0;
}

void waiter_finish(UINT32 waiter, Outcome outcome, NTSTATUS status) {
  Waiter *row = &session->waiters[waiter];
  if (row->process == 0 || row->outcome != OUTCOME_NONE) return;
  row->outcome = outcome;
  row->status = status;
  SetEvent(waiter_event(waiter));
}

void waiter_remove(UINT32 waiter) {
  session->waiters[waiter].process = 0;
}

/* Section 2.1: NULL is forever, negative relative, positive absolute, in units of 100 ns. */
UINT64 wait_deadline(const LARGE_INTEGER *timeout) {
  if (timeout == NULL) return ~0ull;
  if (timeout->QuadPart == MINLONGLONG) return ~0ull;
  INT64 ticks = -timeout->QuadPart;
  if (timeout->QuadPart > 0) {
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    ticks = timeout->QuadPart - (INT64)(((UINT64)now.dwHighDateTime << 32) | now.dwLowDateTime);
  }
  return ticks <= 0 ? 0 : GetTickCount64() + (UINT64)(ticks + 9999) / 10000;
}

NTSTATUS waiter_wait(UINT32 waiter, UINT64 deadline, BOOLEAN alertable) {
  while (session->waiters[waiter].outcome == OUTCOME_NONE) {
    UINT64 now = GetTickCount64();
    if (deadline != ~0ull && now >= deadline) return STATUS_TIMEOUT;
    DWORD milliseconds = deadline == ~0ull || deadline - now >= INFINITE ? INFINITE : (DWORD)(deadline - now);
    HANDLE event = waiter_event(waiter);
    session_leave();
    DWORD result = WaitForSingleObjectEx(event, milliseconds, alertable);
    session_enter();
    if (result == WAIT_IO_COMPLETION && session->waiters[waiter].outcome == OUTCOME_NONE) return STATUS_USER_APC;
  }
  return STATUS_SUCCESS;
}

static void open_remote(UINT32 port) {
  Port *row = &session->ports[port];
  if (remotePorts[port].generation == row->generation) return;
  if (remotePorts[port].completionPort != NULL) CloseHandle(remotePorts[port].completionPort);
  if (remotePorts[port].signal != NULL) CloseHandle(remotePorts[port].signal);
  remotePorts[port].generation = row->generation;
  remotePorts[port].completionPort = NULL;
  remotePorts[port].signal = NULL;
}

/* One packet per queued message, with the associated key (8.6; open question 7). */
static void post(UINT32 port, UINT32 messageId) {
  Port *row = &session->ports[port];
  if (row->completionPort == NULL) return;
  open_remote(port);
  if (remotePorts[port].completionPort == NULL)
    remotePorts[port].completionPort = copy_from_process(row->process, row->completionPort, 0, DUPLICATE_SAME_ACCESS);
  if (remotePorts[port].completionPort == NULL) return;
  PostQueuedCompletionStatus(remotePorts[port].completionPort, switch_value(7) == 'a' ? messageId : 0, row->completionKey, NULL);
}

/* WAITABLE_PORT: the handle is signalled while the queue is not empty (3.1). */
static HANDLE signal_of(UINT32 port) {
  Port *row = &session->ports[port];
  if (row->process == self) return row->handle;
  open_remote(port);
  if (remotePorts[port].signal == NULL)
    remotePorts[port].signal = copy_from_process(row->process, row->handle, 0, DUPLICATE_SAME_ACCESS);
  return remotePorts[port].signal;
}

void port_reset_signal(UINT32 port) {
  if (session->ports[port].attributes.Flags & PORT_WAITABLE) ResetEvent(signal_of(port));
}

/* Every thread that waits for anything in the queue of `port` looks again. */
void port_look_again(UINT32 port) {
  for (UINT32 waiter = 1; waiter <= MAX_WAITERS; waiter++) {
    const Waiter *row = &session->waiters[waiter];
    if (row->process != 0 && row->message == 0 && port_of_queue(row->port) == port)
      waiter_finish(waiter, OUTCOME_LOOK_AGAIN, STATUS_SUCCESS);
  }
}

/* A message was queued on `port`, or (message 0) its state changed. */
void port_notify(UINT32 port, UINT32 message) {
  if (session->ports[port].attributes.Flags & PORT_WAITABLE) SetEvent(signal_of(port));
  post(port, message == 0 ? 0 : session->messages[message].id);
  port_look_again(port);
}

/* NtAlpcSetInformation class 2 (2.7, 8.6): once per port; what is queued already is announced too. */
NTSTATUS port_associate(UINT32 port, const ALPC_PORT_ASSOCIATE_COMPLETION_PORT *association) {
  Port *row = &session->ports[port];
  if (row->completionPort != NULL) return STATUS_PORT_ALREADY_SET;
  HANDLE copy = NULL;
  if (!DuplicateHandle(GetCurrentProcess(), association->CompletionPort, GetCurrentProcess(), &copy, 0, FALSE,
                       DUPLICATE_SAME_ACCESS))
    return STATUS_INVALID_HANDLE;
  row->completionPort = copy;
  row->completionKey = association->CompletionKey;
  for (UINT32 message = row->first; message != 0; message = session->messages[message].next)
    post(port, session->messages[message].id);
  if (row->state == PORT_REFUSED) post(port, 0);
  return STATUS_SUCCESS;
}
