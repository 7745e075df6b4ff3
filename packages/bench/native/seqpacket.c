// Two processes, one packet of 64 octets there and back, both blocked in the kernel in between.
#include "floor.h"
#include <sys/socket.h>

static int fds[2];
static char message[MESSAGE];

static void trip(void) {
  if (send(fds[0], message, MESSAGE, MSG_NOSIGNAL) != MESSAGE) fail("send");
  if (recv(fds[0], message, MESSAGE, 0) != MESSAGE) fail("recv");
}

int main(int argc, char **argv) {
  int64_t warmup = duration(argc, argv, 1), length = duration(argc, argv, 2);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) fail("socketpair");
  pid_t server = fork_server();
  if (server == 0) {
    close(fds[0]);
    while (recv(fds[1], message, MESSAGE, 0) == MESSAGE) {
      if (send(fds[1], message, MESSAGE, MSG_NOSIGNAL) != MESSAGE) fail("send");
    }
    return 0;
  }
  close(fds[1]);
  struct round_trips result = measure(warmup, length, server, trip);
  print(result);
  return 0;
}
