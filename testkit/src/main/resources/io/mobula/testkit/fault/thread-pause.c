/* Stops all threads of a process that have a given name, and no others, for some milliseconds:
   thread-pause PID NAME MILLISECONDS. The system lets them go on if this program is killed. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64, NAME = 64, NO_SUCH_THREAD = 2, REFUSED = 3 };

static int has_name(const char *pid, const char *thread, const char *wanted) {
  char path[128], name[NAME] = "";
  snprintf(path, sizeof path, "/proc/%s/task/%s/comm", pid, thread);
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    return 0;
  }
  int read = fgets(name, sizeof name, file) != NULL;
  fclose(file);
  name[strcspn(name, "\n")] = 0;
  return read && strcmp(name, wanted) == 0;
}

int main(int count, char **words) {
  if (count != 4) {
    return 1;
  }
  pid_t stopped[MOST];
  int number = 0;
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/task", words[1]);
  DIR *threads = opendir(path);
  if (threads == NULL) {
    return NO_SUCH_THREAD;
  }
  alarm(10); /* a thread that the kernel does not stop */
  for (struct dirent *each = readdir(threads); each != NULL && number < MOST; each = readdir(threads)) {
    if (!has_name(words[1], each->d_name, words[2])) {
      continue;
    }
    pid_t thread = atoi(each->d_name);
    if (ptrace(PTRACE_SEIZE, thread, 0, 0)) {
      if (errno == ESRCH) {
        continue; /* it has ended meanwhile */
      }
      perror("ptrace");
      return REFUSED;
    }
    if (!ptrace(PTRACE_INTERRUPT, thread, 0, 0) && waitpid(thread, NULL, __WALL) == thread) {
      stopped[number++] = thread;
    }
  }
  closedir(threads);
  alarm(0);
  if (number == 0) {
    return NO_SUCH_THREAD;
  }
  long millis = atol(words[3]);
  struct timespec left = {millis / 1000, millis % 1000 * 1000000};
  while (nanosleep(&left, &left) && errno == EINTR) {
  }
  for (int i = 0; i < number; i++) {
    ptrace(PTRACE_DETACH, stopped[i], 0, 0); /* fails if the process was killed */
  }
  return 0;
}
