// How fast octets get from the memory of one process into that of another when neither may see the other's: one copies them
// into shared memory, slice by slice, the other out of it at the same time, both spinning (a core each). For each size the
// median milliseconds until the last octet is there. All memory has been written before. Arguments: DURATION_MS SIZE...
#include "floor.h"
#include <stdatomic.h>
#include <sys/mman.h>

#define MOST_COPIES 4096
// Octets of a slice, and slices of shared memory: fastest here of 64 KiB to 2 MiB, and of 2 to 8.
#define SLICE (256 * 1024)
#define SLICES 8

struct shared {
  _Alignas(128) atomic_size_t filled;
  _Alignas(128) atomic_size_t emptied;
  _Alignas(4096) char slices[SLICES][SLICE];
};

static int64_t times[MOST_COPIES];

static void *pages(size_t size, int flags) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  return memset(memory, 7, size);
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static void fill(struct shared *shared, size_t *count, const char *source, size_t size) {
  for (size_t at = 0; at < size; at += SLICE) {
    while (*count - atomic_load(&shared->emptied) >= SLICES);
    memcpy(shared->slices[*count % SLICES], source + at, least(SLICE, size - at));
    atomic_store(&shared->filled, ++*count);
  }
  while (atomic_load(&shared->emptied) < *count);
}

static void empty(struct shared *shared, char *target, size_t size) {
  for (size_t count = 0;;) {
    for (size_t at = 0; at < size; at += SLICE) {
      while (atomic_load(&shared->filled) <= count);
      memcpy(target + at, shared->slices[count % SLICES], least(SLICE, size - at));
      atomic_store(&shared->emptied, ++count);
    }
  }
}

// The median milliseconds of one transfer, at least three of them, for the duration.
static double across(size_t size, int64_t length) {
  struct shared *shared = pages(sizeof *shared, MAP_SHARED);
  atomic_store(&shared->filled, 0);
  atomic_store(&shared->emptied, 0);
  pid_t receiver = fork_server();
  if (receiver == 0) empty(shared, pages(size, MAP_PRIVATE), size);
  char *source = pages(size, MAP_PRIVATE);
  size_t filled = 0, count = 0;
  fill(shared, &filled, source, size);
  for (int64_t end = now() + length; count < MOST_COPIES && (count < 3 || now() < end); count++) {
    int64_t before = now();
    fill(shared, &filled, source, size);
    times[count] = now() - before;
  }
  kill(receiver, SIGKILL);
  munmap(source, size);
  munmap(shared, sizeof *shared);
  qsort(times, count, sizeof(int64_t), ascending);
  return times[count / 2] / 1e6;
}

int main(int argc, char **argv) {
  int64_t length = duration(argc, argv, 1);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGCHLD, SIG_IGN);
  printf("{");
  for (int i = 2; i < argc; i++) {
    size_t size = strtoul(argv[i], NULL, 10);
    if (size == 0) return 2;
    printf("%s\"%zu\":%g", i == 2 ? "" : ",", size, across(size, length));
  }
  printf("}\n");
  return 0;
}
