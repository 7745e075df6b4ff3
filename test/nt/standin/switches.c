/*
 * The open questions of alpc.md section 11 (13 and 14: `?` in its sections 2.6 and 8.2). NCALRPC_STANDIN_SWITCHES="1=b,7=a" chooses; the first position is the default.
 *
 *  question                                        a                                   b
 *   1 cancelled sync caller                        SUCCESS and a CANCELED message      MESSAGE_LOST
 *   2 receive on an empty WAITABLE client port     blocks                              UNSUCCESSFUL
 *   3 AlpcMaxAllowedMessageLength                  0xFFEF                              0xFFFF            (c: 0xFFF8)
 *   4 MessageId written back by a send             no                                  yes
 *   5 cancel flag 8                                compares MessageContext             ignored
 *   6 server disconnects its communication port    client's sends fail                 client's sends vanish
 *   7 completion packet                            status 0, Information = MessageId   status 0, Information 0
 *   8 body of PORT_CLOSED                          8 octets: a time                    8 octets: a message id
 *   9 non-zero Type in a send                      reported                            reported and LPC_REQUESTS_NOT_ALLOWED
 *  10 legacy data information                      works with ALLOW_LPC_REQUESTS       ACCESS_DENIED
 *  11 TOKEN and SECURITY on messages to clients    absent                              present
 *  12 CONTEXT.MessageContext                       comes back with the answer          always 0
 *  13 TOKEN of a dynamic client that does not wait absent (section 2.6)                present
 *  14 what the Ex form's descriptor must grant     PORT_CONNECT                        all rights of a port
 *
 * "close=lenient" turns off the report of what a closing port still held (the kernel takes it back then by itself).
 */
#include <stdlib.h>
#include <string.h>

#include "standin.h"

static const char *find_switch(const char *text, const char *name) {
  size_t length = strlen(name);
  for (const char *item = text; item != NULL; item = strchr(item, ',')) {
    if (*item == ',') item++;
    if (strncmp(item, name, length) == 0 && item[length] == '=') return item + length + 1;
  }
  return NULL;
}

static const char *value_of(const char *name) {
  static char text[256];
  static BOOLEAN isRead;
  if (!isRead) {
    DWORD length = GetEnvironmentVariableA("NCALRPC_STANDIN_SWITCHES", text, sizeof text);
    if (length >= sizeof text) length = 0;
    text[length] = 0;
    isRead = TRUE;
  }
  return find_switch(text, name);
}

char switch_value(int question) {
  char name[4];
  name[0] = question < 10 ? (char)('0' + question) : '1';
  name[1] = question < 10 ? 0 : (char)('0' + question - 10);
  name[2] = 0;
  const char *value = value_of(name);
  return value == NULL ? 'a' : *value;
}

BOOLEAN switch_lenient_close(void) {
  const char *value = value_of("close");
  return value != NULL && strncmp(value, "lenient", 7) == 0;
}
