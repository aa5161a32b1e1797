"""Ray's side of "mobula bench scale": the same work, one JSON object a line.

usage: ray_scale.py TASKS ACTORS BYTES

Peak memory is the largest decrease of the machine's available memory, as on Mobula's side.
"""

import json
import sys
import threading
import time

import numpy as np
import ray

TASKS, ACTORS, BYTES = (int(word) for word in sys.argv[1:4])
REFS, RESULTS = 10_000, 3_000


def available():
    with open("/proc/meminfo") as lines:
        for line in lines:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return -1


def measure(name, count, work):
    before = available()
    least = [before]
    ended = threading.Event()

    def look():
        while not ended.wait(0.05):
            least[0] = min(least[0], available())

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    ended.set()
    watcher.join()
    peak = before - min(least[0], available())
    print(json.dumps({"name": name, "count": count, "seconds": seconds, "peak_bytes": max(0, peak)}), flush=True)


@ray.remote
def small_value():
    return b"ok"


@ray.remote(num_cpus=0)
class Actor:
    def small_value(self):
        return b"ok"


@ray.remote
def total(refs):
    return sum(ray.get(refs))


@ray.remote(num_returns=RESULTS)
def numbers():
    return list(range(RESULTS))


@ray.remote
def last(array):
    return int(array[-1])


def queue():
    ray.get([small_value.remote() for _ in range(TASKS)])


def actors():
    made = [Actor.remote() for _ in range(ACTORS)]
    ray.get([actor.small_value.remote() for actor in made])
    for actor in made:
        ray.kill(actor)


def arguments():
    assert ray.get(total.remote([ray.put(i) for i in range(REFS)])) == REFS * (REFS - 1) // 2


def results():
    assert len(ray.get(numbers.remote())) == RESULTS


def gets():
    assert len(ray.get([ray.put(i) for i in range(REFS)])) == REFS


def large():
    assert ray.get(last.remote(ray.put(np.ones(BYTES, dtype=np.int8)))) == 1


ray.init(include_dashboard=False, logging_level="ERROR", object_store_memory=BYTES // 10 * 11)
ray.get(small_value.remote())
measure("tasks queued, then run", TASKS, queue)
measure("actors made and called once", ACTORS, actors)
measure("ref arguments of one task", REFS, arguments)
measure("results of one task", RESULTS, results)
measure("refs in one get", REFS, gets)
measure("bytes in one object, put and read", BYTES, large)


def resident():
    with open("/proc/self/status") as lines:
        for line in lines:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return -1


HELD = 20_000
before, start = resident(), time.perf_counter()
held = [small_value.remote() for _ in range(HELD)]
ray.wait(held, num_returns=HELD, timeout=300)
seconds = time.perf_counter() - start
print(json.dumps({"name": "held refs of small results", "count": HELD, "seconds": seconds, "peak_bytes": max(0, resident() - before)}), flush=True)
