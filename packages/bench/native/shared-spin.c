// Two processes that share a page: 64 octets and a counter there, the same back, both spinning on the other's counter.
#include "floor.h"
#include <stdatomic.h>
#include <sys/mman.h>

// Each direction on cache lines of its own.
struct lane {
  _Alignas(128) atomic_uint_fast64_t count;
  _Alignas(128) char message[MESSAGE];
};

static struct lane *lanes;
static uint64_t count;
static char message[MESSAGE];

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void await_count(struct lane *lane, uint64_t expected) {
  while (atomic_load_explicit(&lane->count, memory_order_acquire) < expected) relax();
}

static void trip(void) {
  memcpy(lanes[0].message, message, MESSAGE);
  atomic_store_explicit(&lanes[0].count, ++count, memory_order_release);
  await_count(&lanes[1], count);
  memcpy(message, lanes[1].message, MESSAGE);
}

int main(int argc, char **argv) {
  int64_t warmup = duration(argc, argv, 1), length = duration(argc, argv, 2);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
    fprintf(stderr, "spinning on one processor measures the scheduler\n");
    return 1;
  }
  lanes = mmap(NULL, 2 * sizeof(struct lane), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (lanes == MAP_FAILED) fail("mmap");
  pid_t server = fork_server();
  if (server == 0) {
    for (uint64_t expected = 1;; expected++) {
      await_count(&lanes[0], expected);
      memcpy(message, lanes[0].message, MESSAGE);
      memcpy(lanes[1].message, message, MESSAGE);
      atomic_store_explicit(&lanes[1].count, expected, memory_order_release);
    }
  }
  struct round_trips result = measure(warmup, length, server, trip);
  kill(server, SIGKILL);
  print(result);
  return 0;
}
