/*
 * The state that all processes of one Wine session share, and the functions of each file.
 * Tables have fixed sizes, index 0 means "none", and zeroed memory is the state of a session in which nothing happened.
 * Everything here is read and written with the session's mutex held, unless a comment says otherwise.
 */
#ifndef STANDIN_H
#define STANDIN_H

#include "alpc.h"

enum {
  MAX_PROCESSES = 60,
  MAX_PORTS = 1024,
  MAX_MESSAGES = 4096,
  MAX_SECTIONS = 512,
  MAX_VIEWS = 2048,
  MAX_CONTEXTS = 256,
  MAX_WAITERS = 256,
  MAX_NAME = 260,
  MAX_DESCRIPTOR = 4096,
  MAX_SID = 68,
};

/* A process that has called the stand-in. */
typedef struct Process {
  UINT32 pid; /* 0: free */
  UINT32 generation;
} Process;

/* Who somebody was at a certain moment (8.10). */
typedef struct Identity {
  ALPC_TOKEN_ATTR luids;
  UINT32 pretended; /* NCALRPC_STANDIN_USER: no token of Wine's is this user's */
  UINT32 sidLength;
  BYTE sid[MAX_SID];
} Identity;

typedef enum PortKind { PORT_FREE, PORT_CONNECTION, PORT_CLIENT, PORT_SERVER } PortKind;
typedef enum PortState { PORT_OPEN, PORT_PENDING, PORT_CONNECTED, PORT_REFUSED, PORT_DISCONNECTED } PortState;

typedef struct Port {
  PortKind kind;
  PortState state;
  UINT32 generation;
  UINT32 process;
  HANDLE handle; /* in that process: an event, signalled while messages are queued (WAITABLE_PORT) */
  ALPC_PORT_ATTRIBUTES attributes;
  UINT32 listener; /* of a server communication port: its connection port */
  UINT32 peer; /* of a communication port */
  UINT32 connectMessage; /* of a client port whose connect is pending */
  UINT64 context; /* PortContext */
  UINT32 sequence;
  HANDLE completionPort; /* in that process, our own duplicate */
  UINT64 completionKey;
  UINT32 first, last; /* queued messages */
  UINT64 poolUsage;
  UINT64 sectionUsage;
  Identity identity; /* server: at create; client: at connect */
  HANDLE token; /* in that process: a client's token at connect */
  WCHAR name[MAX_NAME];
  UINT32 nameLength; /* characters */
  UINT32 descriptorLength;
  BYTE descriptor[MAX_DESCRIPTOR]; /* self-relative */
} Port;

typedef struct MessageHandle {
  HANDLE handle; /* in the receiver's process, ours until it is delivered */
  UINT32 objectType;
  UINT32 access;
  UINT32 flags;
} MessageHandle;

typedef enum MessageState {
  MESSAGE_FREE,
  MESSAGE_BUILDING,
  MESSAGE_QUEUED, /* on its way to `to` */
  MESSAGE_OWED, /* delivered with CONTINUATION_REQUIRED: `to` must finish it */
  MESSAGE_WITHDRAWN, /* like OWED, but nobody waits for the answer any more */
} MessageState;

/* A message lives from its first send to its final answer, and travels to and fro between two ports (section 7). */
typedef struct Message {
  MessageState state;
  UINT32 generation;
  UINT32 id;
  UINT32 callbackId;
  UINT32 kind; /* low byte of Type */
  UINT32 noImpersonate;
  UINT32 next; /* in a queue or in the free list */
  UINT64 order;
  UINT32 origin; /* port that pays for it */
  UINT32 charge;
  UINT32 from, to; /* ports of the current leg; for a connection request, `to` is the connection port */
  UINT32 queue; /* port in whose queue it is, or none while it is handed to a waiter */
  UINT32 waiter; /* thread blocked at `from` for the answer */
  UINT32 release; /* sent with RELEASE_MESSAGE */
  UINT32 withdrawn; /* a connection request whose client has gone */
  UINT32 process; /* of the sender */
  UINT32 pid;
  UINT64 thread;
  UINT64 originContext, answerContext; /* MessageContext of the two sides */
  UINT32 hasToken;
  Identity identity;
  UINT32 securityContext;
  UINT32 view;
  UINT32 handleCount;
  UINT16 dataLength;
  UINT16 dataInfoOffset;
} Message;

typedef struct MessageBody {
  BYTE data[MAX_TOTAL_LENGTH]; /* the payload */
  MessageHandle handles[MAX_HANDLES];
} MessageBody;

typedef struct Section {
  UINT32 port; /* 0: free */
  UINT32 portGeneration;
  UINT32 process;
  HANDLE mapping; /* in that process */
  UINT64 id; /* what the caller knows it by */
  UINT64 size;
  UINT32 flags;
  UINT32 deleted; /* freed with its last view */
} Section;

typedef struct View {
  UINT32 section; /* 0: free */
  UINT32 port; /* whose view this is */
  UINT32 process;
  void *base; /* in that process; NULL on its way in a message */
  void *mapped; /* base of the mapping, at or below `base` */
  UINT64 offset;
  UINT64 size;
  UINT32 flags; /* as sent */
  UINT32 message; /* it came with this message */
  UINT32 sender; /* view of the sender that is read-only meanwhile */
  UINT32 received;
  HANDLE carried; /* the section, in the receiver's process, until it is mapped there */
  UINT32 carrier;
} View;

typedef struct SecurityContext {
  UINT32 port; /* 0: free */
  UINT32 process;
  HANDLE token; /* in that process */
  UINT64 id;
  UINT32 level;
  UINT32 revoked;
  Identity identity;
} SecurityContext;

typedef enum Outcome { OUTCOME_NONE, OUTCOME_LOOK_AGAIN, OUTCOME_ANSWERED, OUTCOME_WITHDRAWN, OUTCOME_FAILED } Outcome;

/* A blocked thread; its event is found by the number of its row. */
typedef struct Waiter {
  UINT32 process; /* 0: free */
  UINT32 port;
  UINT32 message; /* it waits for the answer to this, or 0: for anything in the port's queue */
  Outcome outcome;
  NTSTATUS status;
} Waiter;

typedef struct Session {
  UINT64 nextOrder;
  UINT64 nextId;
  UINT32 nextCallback;
  UINT32 freeMessage;
  UINT32 usedMessages; /* rows ever used */
  Process processes[MAX_PROCESSES + 1];
  Port ports[MAX_PORTS + 1];
  Message messages[MAX_MESSAGES + 1];
  Section sections[MAX_SECTIONS + 1];
  View views[MAX_VIEWS + 1];
  SecurityContext contexts[MAX_CONTEXTS + 1];
  Waiter waiters[MAX_WAITERS + 1];
  MessageBody bodies[MAX_MESSAGES + 1]; /* last and largest; the system gives a page when it is touched */
} Session;

/* session.c */
extern Session *session;
extern UINT32 self; /* this process's row */
NTSTATUS session_enter(void); /* attaches on first use, takes the mutex */
void session_leave(void);
HANDLE process_handle(UINT32 process); /* for duplication and memory; NULL if it has died */
HANDLE copy_from_process(UINT32 process, HANDLE handle, UINT32 access, UINT32 options);
void close_in_process(UINT32 process, HANDLE handle);

/* wait.c */
UINT32 waiter_add(UINT32 port, UINT32 message);
void waiter_finish(UINT32 waiter, Outcome outcome, NTSTATUS status);
void waiter_remove(UINT32 waiter);
/* Blocks with the mutex released; returns STATUS_SUCCESS (look at the outcome), STATUS_TIMEOUT or STATUS_USER_APC. */
NTSTATUS waiter_wait(UINT32 waiter, UINT64 deadline, BOOLEAN alertable);
UINT64 wait_deadline(const LARGE_INTEGER *timeout); /* in milliseconds of GetTickCount64; ~0 = never */
void port_notify(UINT32 port, UINT32 message);
void port_look_again(UINT32 port);
NTSTATUS port_associate(UINT32 port, const ALPC_PORT_ASSOCIATE_COMPLETION_PORT *association);
void port_reset_signal(UINT32 port);

/* ports.c */
UINT32 port_find(HANDLE handle);
UINT32 port_add(PortKind kind, const ALPC_PORT_ATTRIBUTES *attributes, NTSTATUS *status);
UINT32 port_of_queue(UINT32 port); /* where messages to this port are queued */
void port_remove(UINT32 port, BOOLEAN byOwner);
void port_disconnect(UINT32 port, BOOLEAN flush);
NTSTATUS check_port_attributes(const ALPC_PORT_ATTRIBUTES *attributes);
void process_ports_remove(UINT32 process);
UINT32 port_by_name(const UNICODE_STRING *name);
NTSTATUS check_name(const UNICODE_STRING *name);

/* messages.c */
UINT32 message_add(UINT32 origin, UINT32 kind);
UINT32 message_find(UINT32 id);
NTSTATUS message_charge(UINT32 message, UINT32 limitPort, UINT32 size);
void message_enqueue(UINT32 message);
void message_unlink(UINT32 message);
UINT32 message_first(UINT32 port); /* next for a receive on this port */
void message_drop_content(UINT32 message); /* closes undelivered handles and views */
void message_free(UINT32 message);
void message_turn_canceled(UINT32 message);
void message_withdraw(UINT32 message);
BOOLEAN message_needs_end(const Message *message);
BOOLEAN message_is_at(const Message *message, UINT32 port); /* received through this port */
UINT32 message_send_notice(UINT32 kind, UINT32 from, UINT32 to);
void messages_rebuild_queues(void);

/* deliver.c */
NTSTATUS message_deliver(UINT32 message, UINT32 port, PORT_MESSAGE *buffer, SIZE_T *length, ALPC_MESSAGE_ATTRIBUTES *attributes);
NTSTATUS port_receive(UINT32 port, UINT32 flags, PORT_MESSAGE *buffer, SIZE_T *length, ALPC_MESSAGE_ATTRIBUTES *attributes,
                      const LARGE_INTEGER *timeout);

/* send.c */
typedef struct Captured {
  UINT64 messageContext;
  UINT32 securityContext;
  UINT32 deleteContext;
  UINT32 view;
  UINT32 releaseView;
  UINT32 handleCount;
  BOOLEAN hasContext;
} Captured;
NTSTATUS check_message(UINT32 port, const PORT_MESSAGE *message);
void message_fill(UINT32 message, const PORT_MESSAGE *source);
NTSTATUS capture_attributes(UINT32 from, UINT32 to, UINT32 message, ALPC_MESSAGE_ATTRIBUTES *attributes, Captured *captured);
void apply_attributes(UINT32 from, UINT32 message, const Captured *captured);
void message_set_sender(UINT32 message, UINT32 from, BOOLEAN waits);

/* attributes.c */
void *attribute_get(ALPC_MESSAGE_ATTRIBUTES *attributes, UINT32 attribute);
UINT32 attributes_size(UINT32 attributes);

/* views.c */
NTSTATUS view_capture(UINT32 port, UINT32 to, UINT32 message, const ALPC_DATA_VIEW_ATTR *attribute, UINT32 *view);
void view_drop(UINT32 view); /* releases it wherever it is mapped */
NTSTATUS view_deliver(UINT32 view, UINT32 port, UINT32 message, ALPC_DATA_VIEW_ATTR *attribute);
void view_release_received(UINT32 message, UINT32 port);
void port_sections_remove(UINT32 port, BOOLEAN byOwner);

/* handles.c */
NTSTATUS handles_capture(UINT32 to, UINT32 message, const ALPC_HANDLE_ATTR *attribute, UINT32 *count);
void handles_drop(UINT32 message);
void handles_deliver(UINT32 message, UINT32 port, ALPC_HANDLE_ATTR *attribute);
NTSTATUS handle_query(UINT32 message, ALPC_MESSAGE_HANDLE_INFORMATION *information);
void imported_handle_closed(HANDLE handle); /* without the mutex */
void report_imported_handles(void);
UINT32 imported_handle_count(void);

/* closes.c */
BOOLEAN watch_closes(void); /* before the first handle is received; from then on imported_handle_closed is called */

/* tokens.c */
HANDLE current_token(void); /* of the thread, else of the process; the caller closes it */
HANDLE token_copy(HANDLE token); /* to impersonate with; the caller closes it */
void identity_of(HANDLE token, Identity *identity); /* of a token of this process */
BOOLEAN identity_satisfies(const Identity *identity, HANDLE token, void *descriptor, UINT32 access);
NTSTATUS descriptor_capture(void *descriptor, Port *port);

/* security.c */
UINT32 security_context_find(UINT32 port, UINT64 id);
NTSTATUS security_context_add(UINT32 port, ALPC_SECURITY_ATTR *attribute);
void security_context_remove(UINT32 context);
void port_contexts_remove(UINT32 port, BOOLEAN byOwner);

/* switches.c: without the mutex */
char switch_value(int question);
BOOLEAN switch_lenient_close(void);

/* report.c */
void violation(const char *rule, const char *format, ...) __attribute__((format(printf, 2, 3)));
void census_at_exit(void);

#endif
