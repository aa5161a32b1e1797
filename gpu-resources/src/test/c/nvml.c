/*
 * Fake NVML library: the functions that Mobula calls, with the numbers and layouts of NVML's reference, and devices
 * that a text file describes. The file is beside the library and has its name with ".txt" appended. It is read when
 * NVML is initialised and at each query for the number of devices.
 *
 *   gpu UUID            begins a GPU; the following lines describe it
 *   part UUID GI CI     begins an instance of that GPU; the following lines describe it
 *   name TEXT           bytes TOTAL USED         capability MAJOR MINOR      pci BUSID
 *   node MINOR          affinity BITS            busy GPU MEMORY             celsius DEGREES
 *   ecc UNCORRECTED     rows UNCORRECTED FAILED  split 0|1                   process PID BYTES
 *   xid NUMBER [GI CI]  an error of that GPU, reported once, in the order of the file
 *
 *   link UUID UUID      these GPUs are connected by NVLink
 *   level UUID UUID N   these GPUs meet at that level of the bus tree
 *   no-pairs            this driver does not answer for pairs
 *   fail FUNCTION CODE [UUID]   that function fails with the code, for all devices or for one
 *   vanish UUID N       that device answers N more calls, then it is lost
 *   sleep FUNCTION MS   that function takes long
 *
 * Whatever is not described is not supported. Compiled with OLD, the library has only what a driver of 2013 had.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  SUCCESS = 0,
  UNINITIALIZED = 1,
  INVALID_ARGUMENT = 2,
  NOT_SUPPORTED = 3,
  NOT_FOUND = 6,
  INSUFFICIENT_SIZE = 7,
  TIMEOUT = 10,
  GPU_IS_LOST = 15
};

#define MOST 32
#define TEXT 96
#define NONE (-1LL)
#define WHOLE 0xFFFFFFFFu
#define XID_EVENT 8ULL

struct process {
  unsigned int pid;
  unsigned long long bytes;
  unsigned int gpu_instance;
  unsigned int compute_instance;
};

struct memory {
  unsigned long long total, free, used;
};

struct rates {
  unsigned int gpu, memory;
};

struct pci {
  char bus_id_legacy[16];
  unsigned int domain, bus, device, device_id, subsystem_id;
  char bus_id[32];
};

struct event {
  void *device;
  unsigned long long type, data;
  unsigned int gpu_instance, compute_instance;
};

struct device {
  struct device *parent;
  char uuid[TEXT], name[TEXT], pci[32];
  long long total, used, major, minor, node, affinity, gpu_busy, memory_busy, celsius, ecc, rows, rows_failed, split;
  long long gpu_instance, compute_instance;
  struct process processes[MOST];
  int process_count;
};

struct pair {
  char one[TEXT], other[TEXT];
  int level;
};

struct rule {
  char function[TEXT], uuid[TEXT];
  int number;
};

struct report {
  struct device *device;
  unsigned long long number;
  unsigned int gpu_instance, compute_instance;
};

static struct device devices[MOST], parts[MOST];
static struct pair links[MOST], levels[MOST];
static struct rule failures[MOST], sleeps[MOST];
static struct report reports[MOST];
static int device_count, part_count, link_count, level_count, failure_count, sleep_count, report_count;
static int told, initialised, no_pairs, registered;
static char vanishing[TEXT];
static int calls_left;
static int event_set;

static void path_of(char *path, const char *ending) {
  Dl_info info;
  dladdr((void *)path_of, &info);
  snprintf(path, 4096, "%s%s", info.dli_fname, ending);
}

static void note(const char *what) {
  char path[4096];
  path_of(path, ".log");
  FILE *file = fopen(path, "a");
  if (file) {
    fprintf(file, "%s\n", what);
    fclose(file);
  }
}

static struct device *begun(struct device *at, const char *uuid) {
  memset(at, 0, sizeof *at);
  snprintf(at->uuid, TEXT, "%s", uuid);
  at->total = at->major = at->node = at->affinity = at->gpu_busy = at->celsius = at->ecc = at->rows = at->split = NONE;
  at->gpu_instance = at->compute_instance = NONE;
  return at;
}

static void describe(struct device *it, const char *line) {
  long long a = 0, b = 0;
  unsigned gi = WHOLE, ci = WHOLE;
  if (!strncmp(line, "name ", 5)) {
    snprintf(it->name, TEXT, "%s", line + 5);
  } else if (sscanf(line, "bytes %lld %lld", &a, &b) == 2) {
    it->total = a, it->used = b;
  } else if (sscanf(line, "capability %lld %lld", &a, &b) == 2) {
    it->major = a, it->minor = b;
  } else if (sscanf(line, "pci %31s", it->pci) == 1) {
  } else if (sscanf(line, "node %lld", &a) == 1) {
    it->node = a;
  } else if (sscanf(line, "affinity %lld", &a) == 1) {
    it->affinity = a;
  } else if (sscanf(line, "busy %lld %lld", &a, &b) == 2) {
    it->gpu_busy = a, it->memory_busy = b;
  } else if (sscanf(line, "celsius %lld", &a) == 1) {
    it->celsius = a;
  } else if (sscanf(line, "ecc %lld", &a) == 1) {
    it->ecc = a;
  } else if (sscanf(line, "rows %lld %lld", &a, &b) == 2) {
    it->rows = a, it->rows_failed = b;
  } else if (sscanf(line, "split %lld", &a) == 1) {
    it->split = a;
  } else if (sscanf(line, "process %lld %lld", &a, &b) == 2) {
    it->processes[it->process_count++] = (struct process){(unsigned)a, (unsigned long long)b, WHOLE, WHOLE};
  } else if (sscanf(line, "xid %lld %u %u", &a, &gi, &ci) >= 1) {
    reports[report_count++] = (struct report){it, (unsigned long long)a, gi, ci};
  }
}

static void understand(const char *line) {
  static struct device *it;
  char one[TEXT], other[TEXT] = "";
  int a, b;
  if (sscanf(line, "gpu %95s", one) == 1) {
    it = begun(&devices[device_count++], one);
  } else if (sscanf(line, "part %95s %d %d", one, &a, &b) == 3) {
    struct device *parent = &devices[device_count - 1];
    it = begun(&parts[part_count++], one);
    it->parent = parent, it->gpu_instance = a, it->compute_instance = b;
  } else if (sscanf(line, "link %95s %95s", one, other) == 2) {
    struct pair *pair = &links[link_count++];
    strcpy(pair->one, one), strcpy(pair->other, other);
  } else if (sscanf(line, "level %95s %95s %d", one, other, &a) == 3) {
    struct pair *pair = &levels[level_count++];
    strcpy(pair->one, one), strcpy(pair->other, other), pair->level = a;
  } else if (sscanf(line, "fail %95s %d %95s", one, &a, other) >= 2) {
    struct rule *rule = &failures[failure_count++];
    strcpy(rule->function, one), strcpy(rule->uuid, other), rule->number = a;
  } else if (sscanf(line, "sleep %95s %d", one, &a) == 2) {
    struct rule *rule = &sleeps[sleep_count++];
    strcpy(rule->function, one), rule->number = a;
  } else if (sscanf(line, "vanish %95s %d", one, &a) == 2) {
    if (strcmp(vanishing, one)) {
      strcpy(vanishing, one), calls_left = a;
    }
  } else if (!strncmp(line, "no-pairs", 8)) {
    no_pairs = 1;
  } else if (it) {
    describe(it, line);
  }
}

static void read_script(void) {
  char path[4096], line[512];
  device_count = part_count = link_count = level_count = failure_count = sleep_count = report_count = no_pairs = 0;
  path_of(path, ".txt");
  FILE *file = fopen(path, "r");
  if (!file) {
    return;
  }
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    understand(line + strspn(line, " "));
  }
  fclose(file);
}

/* Returns the scripted result of a call, before the call does anything. */
static int refused(const char *function, struct device *device) {
  for (int i = 0; i < sleep_count; i++) {
    if (!strcmp(sleeps[i].function, function)) {
      usleep(1000u * (unsigned)sleeps[i].number);
    }
  }
  for (int i = 0; i < failure_count; i++) {
    struct rule *rule = &failures[i];
    if (!strcmp(rule->function, function) && (!rule->uuid[0] || (device && !strcmp(rule->uuid, device->uuid)))) {
      return rule->number;
    }
  }
  if (device && vanishing[0]) {
    struct device *whole = device->parent ? device->parent : device;
    if (!strcmp(vanishing, whole->uuid) && calls_left-- <= 0) {
      calls_left = 0;
      return GPU_IS_LOST;
    }
  }
  return initialised ? SUCCESS : UNINITIALIZED;
}

#define UNLESS_REFUSED(device)                                                                                         \
  do {                                                                                                                 \
    int code = refused(__func__, device);                                                                              \
    if (code) return code;                                                                                             \
  } while (0)
#define UNLESS_MISSING(value)                                                                                          \
  do {                                                                                                                 \
    if ((value) == NONE) return NOT_SUPPORTED;                                                                         \
  } while (0)

static int text(const char *from, char *to, unsigned int length) {
  if (strlen(from) >= length) {
    return INSUFFICIENT_SIZE;
  }
  strcpy(to, from);
  return SUCCESS;
}

static struct pair *pair_of(struct pair *pairs, int count, struct device *one, struct device *other) {
  for (int i = 0; i < count; i++) {
    if ((!strcmp(pairs[i].one, one->uuid) && !strcmp(pairs[i].other, other->uuid))
        || (!strcmp(pairs[i].one, other->uuid) && !strcmp(pairs[i].other, one->uuid))) {
      return &pairs[i];
    }
  }
  return NULL;
}

/* Returns the device at the other end of a link; links are numbered in the order of the file. */
static struct device *end_of(struct device *device, unsigned int link) {
  for (int i = 0; i < link_count; i++) {
    const char *end = !strcmp(links[i].one, device->uuid) ? links[i].other
        : !strcmp(links[i].other, device->uuid)           ? links[i].one
                                                          : NULL;
    if (end && link-- == 0) {
      for (int j = 0; j < device_count; j++) {
        if (!strcmp(devices[j].uuid, end)) return &devices[j];
      }
    }
  }
  return NULL;
}

static int place(struct device *device, struct pci *pci) {
  if (!device->pci[0]) {
    return NOT_SUPPORTED;
  }
  memset(pci, 0x7f, sizeof *pci);
  strcpy(pci->bus_id, device->pci);
  return SUCCESS;
}

int nvmlInit_v2(void) {
  read_script();
  int was = initialised;
  initialised = 1;
  int code = refused(__func__, NULL);
  initialised = was || code == SUCCESS;
  if (code == SUCCESS) {
    told = registered = 0;
    note("init");
  }
  return code;
}

int nvmlShutdown(void) {
  note("shutdown");
  initialised = 0;
  return SUCCESS;
}

int nvmlDeviceGetCount_v2(unsigned int *count) {
  read_script();
  UNLESS_REFUSED(NULL);
  *count = (unsigned)device_count;
  return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, struct device **device) {
  if (index >= (unsigned)device_count) {
    return INVALID_ARGUMENT;
  }
  UNLESS_REFUSED(&devices[index]);
  *device = &devices[index];
  return SUCCESS;
}

int nvmlDeviceGetUUID(struct device *device, char *uuid, unsigned int length) {
  UNLESS_REFUSED(device);
  return text(device->uuid, uuid, length);
}

int nvmlDeviceGetName(struct device *device, char *name, unsigned int length) {
  UNLESS_REFUSED(device);
  return text(device->name, name, length);
}

int nvmlDeviceGetMemoryInfo(struct device *device, struct memory *memory) {
  UNLESS_REFUSED(device);
  UNLESS_MISSING(device->total);
  memory->total = (unsigned long long)device->total;
  memory->used = (unsigned long long)device->used;
  memory->free = memory->total - memory->used;
  return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(struct device *device, struct rates *rates) {
  UNLESS_REFUSED(device);
  UNLESS_MISSING(device->gpu_busy);
  rates->gpu = (unsigned)device->gpu_busy;
  rates->memory = (unsigned)device->memory_busy;
  return SUCCESS;
}

int nvmlDeviceGetTemperature(struct device *device, int sensor, unsigned int *celsius) {
  UNLESS_REFUSED(device);
  UNLESS_MISSING(device->celsius);
  *celsius = (unsigned)device->celsius;
  return sensor == 0 ? SUCCESS : INVALID_ARGUMENT;
}

#ifndef OLD

const char *nvmlErrorString(int code) {
  switch (code) {
    case SUCCESS: return "Success";
    case NOT_SUPPORTED: return "Not Supported";
    case 4: return "Insufficient Permissions";
    case 9: return "Driver Not Loaded";
    case GPU_IS_LOST: return "GPU is lost";
    case 16: return "GPU requires reset";
    case 18: return "Driver/library version mismatch";
    default: return "Unknown Error";
  }
}

int nvmlDeviceGetCudaComputeCapability(struct device *device, int *major, int *minor) {
  UNLESS_REFUSED(device);
  UNLESS_MISSING(device->major);
  *major = (int)device->major;
  *minor = (int)device->minor;
  return SUCCESS;
}

int nvmlDeviceGetPciInfo_v3(struct device *device, struct pci *pci) {
  UNLESS_REFUSED(device);
  return place(device, pci);
}

int nvmlDeviceGetMinorNumber(struct device *device, unsigned int *number) {
  UNLESS_REFUSED(device);
  UNLESS_MISSING(device->node);
  *number = (unsigned)device->node;
  return SUCCESS;
}

int nvmlDeviceGetMemoryAffinity(struct device *device, unsigned int size, unsigned long *set, int scope) {
  UNLESS_REFUSED(device);
  UNLESS_MISSING(device->affinity);
  memset(set, 0, size * sizeof *set);
  set[0] = (unsigned long)device->affinity;
  return scope == 0 ? SUCCESS : INVALID_ARGUMENT;
}

static int processes(struct device *device, unsigned int *count, struct process *processes) {
  if (!device->process_count) {
    *count = 0;
    return SUCCESS;
  }
  if (*count < (unsigned)device->process_count) {
    *count = (unsigned)device->process_count;
    return INSUFFICIENT_SIZE;
  }
  *count = (unsigned)device->process_count;
  memcpy(processes, device->processes, *count * sizeof *processes);
  return SUCCESS;
}

#ifndef BEFORE_510
int nvmlDeviceGetComputeRunningProcesses_v3(struct device *device, unsigned int *count, struct process *infos) {
  UNLESS_REFUSED(device);
  return processes(device, count, infos);
}
#endif

int nvmlDeviceGetComputeRunningProcesses_v2(struct device *device, unsigned int *count, struct process *infos) {
  UNLESS_REFUSED(device);
  return processes(device, count, infos);
}

int nvmlDeviceGetTotalEccErrors(struct device *device, int type, int counter, unsigned long long *count) {
  UNLESS_REFUSED(device);
  UNLESS_MISSING(device->ecc);
  *count = type == 1 && counter == 0 ? (unsigned long long)device->ecc : 4711;
  return SUCCESS;
}

int nvmlDeviceGetRemappedRows(
    struct device *device, unsigned int *corrected, unsigned int *uncorrected, unsigned int *pending, unsigned int *failed) {
  UNLESS_REFUSED(device);
  UNLESS_MISSING(device->rows);
  *corrected = 1;
  *uncorrected = (unsigned)device->rows;
  *pending = 1;
  *failed = (unsigned)device->rows_failed;
  return SUCCESS;
}

int nvmlDeviceGetMigMode(struct device *device, unsigned int *current, unsigned int *pending) {
  UNLESS_REFUSED(device);
  UNLESS_MISSING(device->split);
  *current = (unsigned)device->split;
  *pending = !*current;
  return SUCCESS;
}

int nvmlDeviceGetMaxMigDeviceCount(struct device *device, unsigned int *count) {
  UNLESS_REFUSED(device);
  *count = 7;
  return SUCCESS;
}

/* Every second index is empty, as after instances were removed. */
int nvmlDeviceGetMigDeviceHandleByIndex(struct device *device, unsigned int index, struct device **part) {
  UNLESS_REFUSED(device);
  unsigned int at = 0;
  for (int i = 0; i < part_count; i++) {
    if (parts[i].parent == device) {
      if (at == index) {
        *part = &parts[i];
        return SUCCESS;
      }
      at += 2;
    }
  }
  return NOT_FOUND;
}

int nvmlDeviceGetGpuInstanceId(struct device *device, unsigned int *id) {
  UNLESS_REFUSED(device);
  UNLESS_MISSING(device->gpu_instance);
  *id = (unsigned)device->gpu_instance;
  return SUCCESS;
}

int nvmlDeviceGetComputeInstanceId(struct device *device, unsigned int *id) {
  UNLESS_REFUSED(device);
  UNLESS_MISSING(device->compute_instance);
  *id = (unsigned)device->compute_instance;
  return SUCCESS;
}

int nvmlDeviceGetTopologyCommonAncestor(struct device *one, struct device *other, int *level) {
  UNLESS_REFUSED(one);
  struct pair *pair = pair_of(levels, level_count, one, other);
  *level = pair ? pair->level : 50;
  return SUCCESS;
}

int nvmlDeviceGetP2PStatus(struct device *one, struct device *other, int capability, int *status) {
  UNLESS_REFUSED(one);
  if (no_pairs) {
    return NOT_SUPPORTED;
  }
  *status = capability == 2 && pair_of(links, link_count, one, other) ? 0 : 5;
  return SUCCESS;
}

int nvmlDeviceGetNvLinkState(struct device *device, unsigned int link, int *state) {
  UNLESS_REFUSED(device);
  *state = end_of(device, link) != NULL;
  return SUCCESS;
}

int nvmlDeviceGetNvLinkRemotePciInfo_v2(struct device *device, unsigned int link, struct pci *pci) {
  UNLESS_REFUSED(device);
  struct device *end = end_of(device, link);
  return end ? place(end, pci) : NOT_SUPPORTED;
}

int nvmlEventSetCreate(void **set) {
  UNLESS_REFUSED(NULL);
  *set = &event_set;
  return SUCCESS;
}

int nvmlEventSetFree(void *set) {
  note("free");
  return set == &event_set ? SUCCESS : INVALID_ARGUMENT;
}

int nvmlDeviceRegisterEvents(struct device *device, unsigned long long types, void *set) {
  UNLESS_REFUSED(device);
  registered |= 1 << (device - devices);
  return set == &event_set && types == XID_EVENT ? SUCCESS : INVALID_ARGUMENT;
}

int nvmlEventSetWait_v2(void *set, struct event *event, unsigned int milliseconds) {
  UNLESS_REFUSED(NULL);
  if (set != &event_set) {
    return INVALID_ARGUMENT;
  }
  while (told < report_count) {
    struct report *report = &reports[told++];
    if (registered & 1 << (report->device - devices)) {
      *event = (struct event){report->device, XID_EVENT, report->number, report->gpu_instance, report->compute_instance};
      return SUCCESS;
    }
  }
  usleep(1000u * milliseconds);
  return TIMEOUT;
}

#endif
