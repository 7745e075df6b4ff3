/*
 * Runs every case of the stand-in's tests, each as a process of its own with its switches and report file:
 * standin-test.exe [part of a name]. Exits with the number of cases that failed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static const Case *const suites[] = {connectCases, messageCases, transferCases, identityCases, endCases, switchCases,
                                    reportCases, stressCases};
static const Role *const roleLists[] = {connectRoles, messageRoles, transferRoles, identityRoles, endRoles, stressRoles};

static int run_role(const char *name, const char *argument) {
  for (size_t list = 0; list < sizeof roleLists / sizeof roleLists[0]; list++)
    for (const Role *role = roleLists[list]; role->name != NULL; role++)
      if (strcmp(role->name, name) == 0) {
        role->run(argument);
        return failures;
      }
  printf("no role %s\n", name);
  return 99;
}

static int run_here(const char *name) {
  for (size_t suite = 0; suite < sizeof suites / sizeof suites[0]; suite++)
    for (const Case *row = suites[suite]; row->name != NULL; row++)
      if (strcmp(row->name, name) == 0) {
        row->run("");
        return failures;
      }
  return 99;
}

static char report[0x10000];

static void read_report(const char *path) {
  report[0] = 0;
  FILE *file = fopen(path, "rb");
  if (file == NULL) return;
  report[fread(report, 1, sizeof report - 1, file)] = 0;
  fclose(file);
}

/* The rules of the report, against those expected: all of them, and no other. */
static int report_is_right(const char *expected) {
  int right = strstr(report, "census pid=") != NULL;
  char found[64];
  for (const char *line = strstr(report, "rule="); line != NULL; line = strstr(line + 1, "rule=")) {
    sscanf(line, "rule=%63s", found);
    if (expected == NULL || strstr(expected, found) == NULL) right = 0;
  }
  char rest[512] = "";
  if (expected != NULL) strcpy(rest, expected);
  for (char *rule = strtok(rest, " "); rule != NULL; rule = strtok(NULL, " ")) {
    snprintf(found, sizeof found, "rule=%s ", rule);
    if (strstr(report, found) == NULL) right = 0;
  }
  return right;
}

/* Milliseconds. A case that starts many processes takes most of twenty seconds where they start slowly. */
enum { LONGEST_CASE = 90000 };

static int run_case(const char *self, const Case *row, const char *path) {
  char command[1024];
  snprintf(command, sizeof command, "\"%s\" case %s", self, row->name);
  SetEnvironmentVariableA("NCALRPC_STANDIN_SWITCHES", row->switches == NULL ? "" : row->switches);
  DeleteFileA(path);
  STARTUPINFOA startup = {.cb = sizeof startup};
  PROCESS_INFORMATION information;
  if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &information)) return 1;
  DWORD code = 1;
  if (WaitForSingleObject(information.hProcess, LONGEST_CASE) != WAIT_OBJECT_0) TerminateProcess(information.hProcess, 98);
  WaitForSingleObject(information.hProcess, 1000);
  GetExitCodeProcess(information.hProcess, &code);
  CloseHandle(information.hThread);
  CloseHandle(information.hProcess);
  read_report(path);
  int right = report_is_right(row->violations);
  if (code == 0 && right) {
    printf("ok   %s\n", row->name);
    return 0;
  }
  printf("FAIL %s (exit code %lu)\n", row->name, code);
  if (!right) printf("  expected rules: %s; report:\n%s", row->violations == NULL ? "none" : row->violations, report);
  return 1;
}

int main(int count, char **arguments) {
  if (count >= 3 && strcmp(arguments[1], "role") == 0) return run_role(arguments[2], count > 3 ? arguments[3] : "");
  if (count >= 3 && strcmp(arguments[1], "case") == 0) return run_here(arguments[2]);
  char self[MAX_PATH], path[MAX_PATH + 32];
  GetModuleFileNameA(NULL, self, sizeof self);
  snprintf(path, sizeof path, "%s.report", self);
  SetEnvironmentVariableA("NCALRPC_STANDIN_REPORT", path);
  int failed = 0, ran = 0;
  for (size_t suite = 0; suite < sizeof suites / sizeof suites[0]; suite++)
    for (const Case *row = suites[suite]; row->name != NULL; row++) {
      if (count > 1 && strstr(row->name, arguments[1]) == NULL) continue;
      failed += run_case(self, row, path);
      ran++;
      fflush(stdout);
    }
  DeleteFileA(path);
  printf("%d of %d cases failed\n", failed, ran);
  return failed;
}
