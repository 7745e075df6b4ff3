/*
 * server ENDPOINT: serves Add, Upload and Download of the Probe interface to one client after the other, with messages written
 * by hand, one thread, and no state. Ends when the last client has gone; says "ready" when it can be connected to.
 */
#include "sample.h"

enum { MAX_CLIENTS = 16 };
static HANDLE listener;
static HANDLE clients[MAX_CLIENTS + 1]; /* by PortContext */

static void accept_client(MESSAGE *request) {
  ULONG context = 1;
  while (context < MAX_CLIENTS && clients[context] != NULL) context++;
  ALPC_PORT_ATTRIBUTES attributes = port_attributes(ALLOW_DUP_OBJECT | MULTIHANDLE);
  MESSAGE answer;
  set_length(&answer, 0);
  answer.header.MessageId = request->header.MessageId;
  answer.header.CallbackId = request->header.CallbackId;
  expect("accept", 0,
         (ULONG)NtAlpcAcceptConnectPort(&clients[context], listener, 0, NULL, &attributes, (void *)(ULONG_PTR)context,
                                        &answer.header, NULL, clients[context] == NULL));
}

static void fault(MESSAGE *answer, ULONG status) {
  memset(answer->bytes, 0, 20);
  answer->words[0] = LRPC_FAULT;
  answer->words[2] = status;
  set_length(answer, 20);
}

static ULONG *respond(MESSAGE *answer, const LRPC_CALL *call, ULONG flags, ULONG length) {
  ULONG header = flags & VIEW_PRESENT ? LARGE_RESPONSE_HEADER : RESPONSE_HEADER;
  memset(answer->bytes, 0, header);
  answer->words[0] = LRPC_RESPONSE;
  answer->words[2] = flags;
  answer->words[3] = call->CallId;
  if (flags & VIEW_PRESENT) answer->words[RESPONSE_HEADER / 4] = length;
  set_length(answer, header + (flags & VIEW_PRESENT ? 0 : length));
  return answer->words + header / 4;
}

/* Octets as Download promises them, behind sent, referent and maximum count. */
static void fill(ULONG *words, ULONG length, ULONG seed) {
  words[0] = words[2] = length;
  words[1] = 0x20000;
  for (ULONG i = 0; i < length; i++) ((BYTE *)(words + 3))[i] = (BYTE)(i * 7 + seed);
}

/* What a call asks for; returns the section that the answer's view is of, or 0. */
static ULONGLONG serve_call(HANDLE client, const LRPC_CALL *call, const ATTRIBUTES *attributes, MESSAGE *answer, ATTRIBUTES *sent) {
  const ULONG *in = (const ULONG *)((const BYTE *)call + CALL_HEADER);
  if (call->Flags & VIEW_PRESENT) {
    if (!(attributes->Valid & VIEW_ATTRIBUTE) || attributes->View.Size < call->LargeSize) {
      fault(answer, 1728);
      return 0;
    }
    in = attributes->View.Base;
  }
  ULONG *out;
  switch (call->ProcNum) {
    case ADD:
      out = respond(answer, call, 0, 4);
      out[0] = in[0] + in[1];
      return 0;
    case UPLOAD:
      out = respond(answer, call, 0, 8);
      out[0] = in[0];
      out[1] = 0;
      for (ULONG i = 0; i < in[0]; i++) out[1] += ((const BYTE *)(in + 2))[i];
      return 0;
    case DOWNLOAD: {
      ULONG length = in[0], seed = in[1];
      if (length < 0xF00) {
        fill(respond(answer, call, 0, 12 + length), length, seed);
        return 0;
      }
      respond(answer, call, VIEW_PRESENT, 12 + length);
      ULONGLONG section = make_view(client, 12 + length, sent);
      fill(sent->View.Base, length, seed);
      return section;
    }
    default:
      fault(answer, 1745);
      return 0;
  }
}

static void serve(MESSAGE *request, ATTRIBUTES *attributes) {
  HANDLE client = clients[attributes->Context.PortContext];
  MESSAGE answer;
  ATTRIBUTES sent = {.Allocated = ALL_ATTRIBUTES};
  ULONGLONG section = 0;
  ULONG type = request->words[0];
  if (request->header.DataLength >= sizeof(BIND) && type == LRPC_BIND) {
    BIND *bind = (BIND *)answer.bytes;
    memcpy(bind, request->bytes, sizeof *bind);
    bind->Status = memcmp(&bind->Interface, &probe, sizeof probe) == 0 && bind->Major == 1 ? 0 : 1717;
    bind->Syntaxes &= 1;
    set_length(&answer, sizeof *bind);
  } else if (request->header.DataLength >= CALL_HEADER && type == LRPC_REQUEST) {
    section = serve_call(client, (LRPC_CALL *)request->bytes, attributes, &answer, &sent);
  } else {
    fault(&answer, 1728);
  }
  if (attributes->Valid & VIEW_ATTRIBUTE)
    expect("releasing a view", 0, (ULONG)NtAlpcDeleteSectionView(client, 0, attributes->View.Base));
  answer.header.MessageId = request->header.MessageId;
  answer.header.CallbackId = request->header.CallbackId;
  expect("answer", 0,
         (ULONG)NtAlpcSendWaitReceivePort(client, RELEASE_MESSAGE, &answer.header, &sent, NULL, NULL, NULL, NULL));
  if (section != 0) expect("deleting a section", 0, (ULONG)NtAlpcDeletePortSection(client, 0, section));
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  UNICODE_STRING name;
  OBJECT_ATTRIBUTES object;
  ALPC_PORT_ATTRIBUTES attributes = port_attributes(ALLOW_DUP_OBJECT | MULTIHANDLE);
  port_name(&name, arguments[1]);
  InitializeObjectAttributes(&object, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
  expect("create", 0, (ULONG)NtAlpcCreatePort(&listener, &object, &attributes));
  printf("ready\n");
  fflush(stdout);
  for (ULONG connected = 0, hadOne = 0; connected > 0 || !hadOne;) {
    MESSAGE message;
    ATTRIBUTES received = {.Allocated = ALL_ATTRIBUTES};
    SIZE_T room = sizeof message;
    expect("receive", 0,
           (ULONG)NtAlpcSendWaitReceivePort(listener, 0, NULL, NULL, &message.header, &room, &received, NULL));
    switch (message.header.Type & 0xFF) {
      case CONNECTION_REQUEST:
        accept_client(&message);
        connected++;
        hadOne = 1;
        break;
      case REQUEST:
        serve(&message, &received);
        break;
      case PORT_CLOSED:
        NtClose(clients[received.Context.PortContext]);
        clients[received.Context.PortContext] = NULL;
        connected--;
        break;
      default:
        if (message.header.Type & CONTINUATION_REQUIRED) NtAlpcCancelMessage(listener, 0, &received.Context);
    }
  }
  NtClose(listener);
  return 0;
}
