// How fast this machine copies memory: for each size the median milliseconds of one memcpy, "warm" into memory that has been
// written before or "new" into pages that the kernel has yet to make, as a receiver without a pool of buffers needs them.
// Arguments: DURATION_MS warm|new SIZE...
#include "floor.h"
#include <sys/mman.h>

#define MOST_COPIES 4096
// Octets that are copied between two looks at the clock, at least.
#define ENOUGH 65536

static int64_t times[MOST_COPIES];

static void *pages(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  return memory;
}

// The median milliseconds of one copy, at least three of them, for the duration. `fresh` makes the target anew each time.
static double copy(const char *source, size_t size, int64_t length, int fresh) {
  char *target = fresh ? NULL : pages(size);
  if (!fresh) memcpy(target, source, size);
  size_t count = 0, batch = fresh || size >= ENOUGH ? 1 : ENOUGH / size;
  for (int64_t end = now() + length; count < MOST_COPIES && (count < 3 || now() < end); count++) {
    int64_t before = now();
    if (fresh) target = pages(size);
    for (size_t i = 0; i < batch; i++) {
      memcpy(target, source, size);
      __asm__ volatile("" : : "r"(target) : "memory");
    }
    times[count] = now() - before;
    if (fresh) munmap(target, size);
  }
  if (!fresh) munmap(target, size);
  qsort(times, count, sizeof(int64_t), ascending);
  return times[count / 2] / 1e6 / batch;
}

int main(int argc, char **argv) {
  int64_t length = duration(argc, argv, 1);
  int fresh = argc > 2 && strcmp(argv[2], "new") == 0;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  printf("{");
  for (int i = 3; i < argc; i++) {
    size_t size = strtoul(argv[i], NULL, 10);
    if (size == 0) return 2;
    char *source = pages(size);
    memset(source, 7, size);
    printf("%s\"%zu\":%g", i == 3 ? "" : ",", size, copy(source, size, length, fresh));
    munmap(source, size);
  }
  printf("}\n");
  return 0;
}
