"""Ray's side of the workloads "1 KB" of "mobula microbenchmark": puts and gets of an array of 1 KB.

usage: ray_values.py [SECONDS]

Prints lines as "ray microbenchmark" does: four rounds of SECONDS (2) each after a warm-up of the same length.
"""

import sys
import time

import numpy as np
import ray

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
ROUNDS, TASKS, PUTS = 4, 10, 100
value = np.zeros(1024, dtype=np.int8)


def repeat(work, seconds):
    runs, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        work()
        runs += 1
    return runs / (time.perf_counter() - start)


def measure(name, weight, work):
    repeat(work, SECONDS)
    rates = [weight * repeat(work, SECONDS) for _ in range(ROUNDS)]
    print(f"{name} per second {np.mean(rates):.2f} +- {np.std(rates):.2f}", flush=True)


@ray.remote
def puts():
    for _ in range(PUTS):
        ray.put(value)


ray.init(include_dashboard=False, logging_level="ERROR")
ref = ray.put(value)
measure("single client get calls, 1 KB", 1, lambda: ray.get(ref))
measure("single client put calls, 1 KB", 1, lambda: ray.put(value))
measure("multi client put calls, 1 KB", TASKS * PUTS, lambda: ray.get([puts.remote() for _ in range(TASKS)]))
