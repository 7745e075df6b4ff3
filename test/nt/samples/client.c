/*
 * client ENDPOINT [KILL]: a client of the Probe interface that writes its messages by hand. Without KILL it calls each thing
 * once and says what came back; with a number it does that much and has itself killed:
 * 0 connected, 1 bound, 2 called, 3 a context handle is open, 4 a call is under way, 5 a view has been received, 6 a view is
 * under way.
 */
#include "sample.h"

static HANDLE port;
static ULONG lastCall;
static ATTRIBUTES received;

/* One exchange, as rpcrt4's are: a synchronous request, all attributes allocated. */
static void exchange(MESSAGE *message, ATTRIBUTES *sent, MESSAGE *answer) {
  SIZE_T room = sizeof *answer;
  memset(&received, 0, sizeof received);
  received.Allocated = ALL_ATTRIBUTES;
  expect("call", 0,
         (ULONG)NtAlpcSendWaitReceivePort(port, SYNC_REQUEST, &message->header, sent, &answer->header, &room, &received, NULL));
  expect("type of the answer", REPLY, answer->header.Type & 0xFF);
}

static ULONG bind_interface(const GUID *id, USHORT major, USHORT bindingId) {
  MESSAGE message, answer;
  BIND *bind = (BIND *)message.bytes;
  memset(bind, 0, sizeof *bind);
  bind->Type = LRPC_BIND;
  bind->Interface = *id;
  bind->Major = major;
  bind->Syntaxes = 1;
  bind->Ndr20Id = bindingId;
  set_length(&message, sizeof *bind);
  exchange(&message, NULL, &answer);
  if (answer.words[0] == LRPC_FAULT) return answer.words[2];
  bind = (BIND *)answer.bytes;
  if (bind->Status == 0) {
    expect("length of a bind", sizeof *bind, answer.header.DataLength);
    expect("transfer syntax", 1, bind->Syntaxes);
    expect("binding id", bindingId, bind->Ndr20Id);
  }
  return bind->Status;
}

static LRPC_CALL *start_call(MESSAGE *message, ULONG opnum) {
  LRPC_CALL *call = (LRPC_CALL *)message->bytes;
  memset(call, 0, sizeof *call);
  call->Type = LRPC_REQUEST;
  call->CallId = ++lastCall;
  call->BindingId = 7;
  call->ProcNum = opnum;
  return call;
}

/* A call whose arguments are two longs: returns the words of the answer's stub data, or NULL and the fault's status. */
static ULONG *call_longs(ULONG opnum, ULONG first, ULONG second, MESSAGE *answer, ULONG *fault) {
  MESSAGE message;
  start_call(&message, opnum);
  message.words[CALL_HEADER / 4] = first;
  message.words[CALL_HEADER / 4 + 1] = second;
  set_length(&message, CALL_HEADER + 8);
  exchange(&message, NULL, answer);
  *fault = answer->words[2];
  if (answer->words[0] == LRPC_FAULT) return NULL;
  expect("type of a response", LRPC_RESPONSE, answer->words[0]);
  expect("call id", lastCall, answer->words[3]);
  *fault = 0;
  return answer->words + (answer->words[2] & VIEW_PRESENT ? LARGE_RESPONSE_HEADER : RESPONSE_HEADER) / 4;
}

static void add(void) {
  MESSAGE answer;
  ULONG fault;
  ULONG *sum = call_longs(ADD, 40, 2, &answer, &fault);
  expect("fault of Add", 0, fault);
  printf("add %lu\n", *sum);
}

static void unknown_method(void) {
  MESSAGE answer;
  ULONG fault;
  call_longs(4711, 0, 0, &answer, &fault);
  printf("procnum 4711: %lu\n", fault);
}

/* Upload(length, data): too long for a message. With `wait` 0 the answer is not waited for. */
static void upload(ULONG length, BOOL wait) {
  MESSAGE message, answer;
  ATTRIBUTES sent;
  ULONGLONG section = make_view(port, length + 8, &sent);
  ULONG *data = sent.View.Base;
  data[0] = data[1] = length;
  for (ULONG i = 0; i < length; i++) ((BYTE *)(data + 2))[i] = (BYTE)i;
  LRPC_CALL *call = start_call(&message, UPLOAD);
  call->Flags = VIEW_PRESENT;
  call->LargeSize = length + 8;
  set_length(&message, LARGE_CALL_HEADER);
  if (!wait) {
    expect("send", 0, (ULONG)NtAlpcSendWaitReceivePort(port, 0, &message.header, &sent, NULL, NULL, NULL, NULL));
    return;
  }
  exchange(&message, &sent, &answer);
  expect("section", 0, (ULONG)NtAlpcDeletePortSection(port, 0, section));
  expect("type of a response", LRPC_RESPONSE, answer.words[0]);
  printf("upload %lu %lu\n", answer.words[RESPONSE_HEADER / 4], answer.words[RESPONSE_HEADER / 4 + 1]);
}

/* Download(length, seed): the answer is in a view, which is given back. */
static void download(ULONG length, BOOL keep) {
  MESSAGE answer;
  ULONG fault;
  ULONG *words = call_longs(DOWNLOAD, length, 9, &answer, &fault);
  expect("fault of Download", 0, fault);
  if (received.Valid & VIEW_ATTRIBUTE) words = received.View.Base;
  if (keep) return;
  BYTE *data = (BYTE *)(words + 3);
  ULONG wrong = 0;
  for (ULONG i = 0; i < length; i++) wrong += data[i] != (BYTE)(i * 7 + 9);
  printf("download %lu %lu in %s, %lu wrong\n", words[0], words[2], received.Valid & VIEW_ATTRIBUTE ? "a view" : "the message", wrong);
  if (received.Valid & VIEW_ATTRIBUTE)
    expect("releasing the view", 0, (ULONG)NtAlpcDeleteSectionView(port, 0, received.View.Base));
  if (answer.header.Type & CONTINUATION_REQUIRED)
    expect("ending the exchange", 0, (ULONG)NtAlpcCancelMessage(port, 0, &received.Context) & 0x80000000u);
}

/* A request that is not waited for. */
static void send_sleep(void) {
  MESSAGE message;
  start_call(&message, SLEEP);
  message.words[CALL_HEADER / 4] = 600000;
  set_length(&message, CALL_HEADER + 4);
  expect("send", 0, (ULONG)NtAlpcSendWaitReceivePort(port, 0, &message.header, NULL, NULL, NULL, NULL, NULL));
}

static void be_killed(int after) {
  MESSAGE answer;
  ULONG fault;
  if (after >= 1) expect("bind", 0, bind_interface(&probe, 1, 7));
  if (after == 2) call_longs(ADD, 40, 2, &answer, &fault);
  if (after == 3) call_longs(OPEN_COUNTER, 1, 0, &answer, &fault);
  if (after == 4) send_sleep();
  if (after == 5) download(100000, TRUE);
  if (after == 6) upload(100000, FALSE);
  TerminateProcess(GetCurrentProcess(), 77);
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  UNICODE_STRING name;
  ALPC_PORT_ATTRIBUTES attributes = port_attributes(ALLOW_IMPERSONATION | WAITABLE | ALLOW_DUP_OBJECT | MULTIHANDLE);
  LARGE_INTEGER fiveSeconds = {.QuadPart = -50000000};
  port_name(&name, arguments[1]);
  NTSTATUS status =
      NtAlpcConnectPort(&port, &name, NULL, &attributes, SYNC_REQUEST, NULL, NULL, NULL, NULL, NULL, &fiveSeconds);
  expect("connect", 0, (ULONG)status);
  if (count > 2) be_killed(atoi(arguments[2]));
  static const GUID unknown = {1, 2, 3, {4}};
  printf("unknown interface: %lu\n", bind_interface(&unknown, 1, 3));
  printf("unknown version: %lu\n", bind_interface(&probe, 2, 4));
  printf("bind: %lu\n", bind_interface(&probe, 1, 7));
  add();
  unknown_method();
  upload(100000, TRUE);
  download(100, FALSE);
  download(100000, FALSE);
  add();
  expect("close", 0, (ULONG)NtClose(port));
  return 0;
}
