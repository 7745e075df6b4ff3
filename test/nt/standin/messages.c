/* Messages: rows, queues, ends of life (alpc.md section 7, 8.5, 8.11). */
#include "standin.h"

/* An id is the row and how often it was used, in bits 2..29: bit 31 belongs to resource reserves (8.13). */
static UINT32 id_of(UINT32 message) {
  return (session->messages[message].generation & 0x7FFF) << 15 | message << 2;
}

UINT32 message_find(UINT32 id) {
  UINT32 message = id >> 2 & 0x1FFF;
  if (message == 0 || message > MAX_MESSAGES || session->messages[message].id != id) return 0;
  return session->messages[message].state == MESSAGE_FREE ? 0 : message;
}

UINT32 message_add(UINT32 origin, UINT32 kind) {
  UINT32 message = session->freeMessage;
  if (message != 0) session->freeMessage = session->messages[message].next;
  else if (session->usedMessages < MAX_MESSAGES) message = ++session->usedMessages;
  else return 0;
  Message *row = &session->messages[message];
  UINT32 generation = row->generation + 1;
  *row = (Message){.state = MESSAGE_BUILDING, .generation = generation, .origin = origin, .kind = kind};
  row->callbackId = ++session->nextCallback; /* not zero, a running counter (2.6) */
  row->id = id_of(message);
  return message;
}

static void uncharge(Message *row) {
  if (row->origin != 0) session->ports[row->origin].poolUsage -= row->charge;
  row->charge = 0;
}

/* Section 6: MaxPoolUsage of either side is a ceiling. */
NTSTATUS message_charge(UINT32 message, UINT32 limitPort, UINT32 size) {
  Message *row = &session->messages[message];
  if (row->origin == 0) return STATUS_SUCCESS;
  Port *port = &session->ports[row->origin];
  UINT64 usage = port->poolUsage - row->charge + size;
  if (usage > port->attributes.MaxPoolUsage || usage > session->ports[limitPort].attributes.MaxPoolUsage)
    return STATUS_QUOTA_EXCEEDED;
  port->poolUsage = usage;
  row->charge = size;
  return STATUS_SUCCESS;
}

static void append(UINT32 port, UINT32 message) {
  Port *row = &session->ports[port];
  session->messages[message].next = 0;
  if (row->last == 0) row->first = message;
  else session->messages[row->last].next = message;
  row->last = message;
}

/* Queues it where `to` receives; FIFO per port (8.6). */
void message_enqueue(UINT32 message) {
  Message *row = &session->messages[message];
  row->queue = port_of_queue(row->to);
  row->order = ++session->nextOrder;
  row->state = MESSAGE_QUEUED;
  append(row->queue, message);
  port_notify(row->queue, message);
}

void message_unlink(UINT32 message) {
  Message *row = &session->messages[message];
  if (row->state != MESSAGE_QUEUED || row->queue == 0) return;
  Port *port = &session->ports[row->queue];
  UINT32 before = 0;
  for (UINT32 at = port->first; at != message && at != 0; at = session->messages[at].next) before = at;
  if (before == 0) port->first = row->next;
  else session->messages[before].next = row->next;
  if (port->last == message) port->last = before;
  if (port->first == 0) port_reset_signal(row->queue);
  row->queue = 0;
}

UINT32 message_first(UINT32 port) {
  UINT32 queue = port_of_queue(port);
  if (queue == 0) return 0;
  UINT32 message = session->ports[queue].first;
  if (queue != port)
    while (message != 0 && session->messages[message].to != port) message = session->messages[message].next;
  return message;
}

void message_drop_content(UINT32 message) {
  Message *row = &session->messages[message];
  handles_drop(message);
  if (row->view != 0) view_drop(row->view);
  row->view = 0;
  row->dataLength = 0;
  row->dataInfoOffset = 0;
}

void message_free(UINT32 message) {
  Message *row = &session->messages[message];
  if (row->state == MESSAGE_FREE) return;
  message_unlink(message);
  message_drop_content(message);
  uncharge(row);
  row->state = MESSAGE_FREE;
  row->next = session->freeMessage;
  session->freeMessage = message;
}

/* An unread message that its sender withdrew: empty, with the original id (2.3). Notices and connects stay what they are. */
void message_turn_canceled(UINT32 message) {
  Message *row = &session->messages[message];
  if (row->kind == TYPE_CONNECTION_REQUEST || row->kind == TYPE_PORT_CLOSED) return;
  message_drop_content(message);
  row->kind = TYPE_CANCELED;
  row->release = 1;
  row->waiter = 0;
}

/* Its sender does not want an answer any more (8.5 timeout, 8.11 cancel). */
void message_withdraw(UINT32 message) {
  Message *row = &session->messages[message];
  row->waiter = 0;
  if (row->kind == TYPE_CONNECTION_REQUEST) row->withdrawn = 1;
  else if (row->state == MESSAGE_QUEUED) message_turn_canceled(message);
  else if (row->state == MESSAGE_OWED) row->state = MESSAGE_WITHDRAWN;
}

/* Section 7: requests always; what was released only if it carries handles or a view. */
BOOLEAN message_needs_end(const Message *message) {
  switch (message->kind) {
    case TYPE_REQUEST:
    case TYPE_CONNECTION_REQUEST: return TRUE;
    case TYPE_CANCELED:
    case TYPE_PORT_CLOSED: return FALSE;
    default: return message->view != 0 || message->handleCount != 0;
  }
}

BOOLEAN message_is_at(const Message *message, UINT32 port) {
  return (message->state == MESSAGE_OWED || message->state == MESSAGE_WITHDRAWN) &&
         (message->to == port || port_of_queue(message->to) == port);
}

/* PORT_CLOSED and CANCELED that nobody sent (2.3; open question 8: 8 octets of time or of a message id). */
UINT32 message_send_notice(UINT32 kind, UINT32 from, UINT32 to) {
  UINT32 message = message_add(0, kind);
  if (message == 0) return 0;
  Message *row = &session->messages[message];
  row->from = from;
  row->to = to;
  row->release = 1;
  row->process = session->ports[from].process;
  row->pid = session->processes[row->process].pid;
  if (kind == TYPE_PORT_CLOSED) {
    FILETIME time;
    GetSystemTimeAsFileTime(&time);
    UINT64 id = row->id;
    row->dataLength = 8;
    memcpy(session->bodies[message].data, switch_value(8) == 'b' ? (void *)&id : (void *)&time, 8);
  }
  message_enqueue(message);
  return message;
}

/* After a process died inside: states are trusted, links are not. */
void messages_rebuild_queues(void) {
  for (UINT32 port = 1; port <= MAX_PORTS; port++) session->ports[port].first = session->ports[port].last = 0;
  session->freeMessage = 0;
  UINT64 done = 0;
  for (;;) {
    UINT32 next = 0;
    for (UINT32 message = 1; message <= session->usedMessages; message++) {
      const Message *row = &session->messages[message];
      if (row->state != MESSAGE_QUEUED || row->queue == 0 || row->order <= done) continue;
      if (next == 0 || row->order < session->messages[next].order) next = message;
    }
    if (next == 0) break;
    done = session->messages[next].order;
    append(session->messages[next].queue, next);
  }
  for (UINT32 message = 1; message <= session->usedMessages; message++) {
    Message *row = &session->messages[message];
    if (row->state == MESSAGE_BUILDING) row->state = MESSAGE_FREE;
    if (row->state != MESSAGE_FREE) continue;
    row->next = session->freeMessage;
    session->freeMessage = message;
  }
  /* Whoever died may not have come to tell: spurious packets are normal (8.6). */
  for (UINT32 port = 1; port <= MAX_PORTS; port++)
    if (session->ports[port].first != 0) port_notify(port, session->ports[port].first);
}
