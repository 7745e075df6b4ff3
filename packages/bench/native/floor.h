// What the floors have in common: a clock, the figures that they print, and an end with their parent.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE 64
#define MOST_SAMPLES 2000000

static inline int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static inline void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

// Milliseconds from the command line, as nanoseconds.
static inline int64_t duration(int argc, char **argv, int index) {
  long milliseconds = index < argc ? strtol(argv[index], NULL, 10) : 0;
  if (milliseconds <= 0) {
    fprintf(stderr, "%s: a duration in milliseconds is missing\n", argv[0]);
    exit(2);
  }
  return milliseconds * 1000000LL;
}

// User and system time of a process, microseconds.
static inline double cpu(pid_t process) {
  clockid_t clock;
  struct timespec t;
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &t) != 0) fail("clock_getcpuclockid");
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static inline int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

// Round trips that a loop has timed one by one, nanoseconds, and then the same without a clock.
struct round_trips {
  int64_t *times;
  size_t timed;
  int64_t untimed;
  int64_t untimed_time;
  double client_cpu, server_cpu;
};

// Calls `trip` for the warm-up, for the duration with a clock around each call, and for the duration without.
static inline struct round_trips measure(int64_t warmup, int64_t length, pid_t server, void (*trip)(void)) {
  struct round_trips r = {.times = malloc(MOST_SAMPLES * sizeof(int64_t))};
  if (r.times == NULL) fail("malloc");
  for (int64_t end = now() + warmup; now() < end;) trip();
  int64_t before = now();
  for (int64_t end = before + length; before < end && r.timed < MOST_SAMPLES;) {
    trip();
    int64_t after = now();
    r.times[r.timed++] = after - before;
    before = after;
  }
  double client_before = cpu(getpid()), server_before = cpu(server);
  int64_t start = now(), end = start;
  while (end < start + length) {
    for (int i = 0; i < 16; i++) trip();
    r.untimed += 16;
    end = now();
  }
  r.untimed_time = end - start;
  r.client_cpu = cpu(getpid()) - client_before;
  r.server_cpu = cpu(server) - server_before;
  return r;
}

// Prints microseconds.
static inline void print(struct round_trips r) {
  static const double percents[] = {50, 75, 90, 95, 99, 99.5, 99.9, 99.99};
  qsort(r.times, r.timed, sizeof(int64_t), ascending);
  printf("{");
  for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
    double rank = percents[i] / 100 * r.timed;
    if (r.timed * (1 - percents[i] / 100) < 1) continue;
    size_t index = (size_t)rank;
    printf("\"p%g\":%g,", percents[i], r.times[index < r.timed ? index : r.timed - 1] / 1e3);
  }
  printf("\"max\":%g,", r.times[r.timed - 1] / 1e3);
  printf("\"mean\":%g,", r.untimed_time / 1e3 / r.untimed);
  printf("\"client CPU\":%g,", r.client_cpu / r.untimed);
  printf("\"server CPU\":%g}\n", r.server_cpu / r.untimed);
}

// Forks the server's process, which ends with this one.
static inline pid_t fork_server(void) {
  fflush(stdout);
  pid_t parent = getpid();
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) exit(0);
  }
  return child;
}
