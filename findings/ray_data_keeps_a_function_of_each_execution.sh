#!/usr/bin/env bash
# ray 2.60.0: each execution of a dataset leaves remote functions and an actor class in the driver, and a pickled function in the
# head's table, for as long as the driver lives.
#
# Expected: a program that runs many small datasets, one after another, has the memory that it had after the first few. Ray's own
#   guide calls it a mistake to make remote functions in a loop, because the head never forgets them.
# Seen: Ray Data makes them in a loop itself. Its cache of remote functions is keyed by the options of the task, and these contain
#   the id of the operator, which is another one in each execution: no entry is ever found again. The class of the actor that
#   speaks with the autoscaler is made anew each time, and Ray keeps what it knows about each class. About 0.1 MB an execution in
#   the driver.
# Why it matters: services, notebooks and soak tests that run a small dataset a minute grow by more than 100 MB a day, and gc.collect,
#   ray.data's own settings and deleting every reference do not help. Plain tasks do not grow.
# Way round: run many small datasets in processes of their own, or as one dataset.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "ray[data]==2.60.0" pyarrow==26.0.1
cd "$folder"
RAY_USAGE_STATS_ENABLED=0 RAY_DATA_DISABLE_PROGRESS_BARS=1 venv/bin/python - 2>/dev/null <<'PYTHON'
import gc
import sys

import ray
import ray.data
from ray.actor import _ActorClassMethodMetadata
from ray.data._internal.remote_fn import CACHED_FUNCTIONS
from ray.experimental.internal_kv import _internal_kv_list

WARM, TIMES = 10, 60
print("ray", ray.__version__)
ray.init(address="local", num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="ERROR")


def anonymous_kb():
    gc.collect()
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))


def held():
    """What stays: remote functions and classes of actors in the driver, functions in the head, memory."""
    functions = len(_internal_kv_list(b"", namespace=b"fun"))
    return len(CACHED_FUNCTIONS), len(_ActorClassMethodMetadata._cache), functions, anonymous_kb()


def grown(run):
    for _ in range(WARM):
        run()
    before = held()
    for _ in range(TIMES):
        run()
    return [after - then for after, then in zip(held(), before)]


@ray.remote
def task(number):
    return number + 1


def same(batch):
    return batch


by_data = grown(lambda: ray.data.range(2).map_batches(same, batch_format="pyarrow").take_all())
by_tasks = grown(lambda: ray.get([task.remote(number) for number in range(2)]))
print(f"more after {TIMES} times:    remote functions, classes of actors (driver), functions (head), kB (driver)")
print("datasets of two rows:  ", *by_data)
print("two tasks:             ", *by_tasks)
as_seen = all(more >= TIMES for more in by_data[:3]) and by_tasks[:3] == [0, 0, 0]
as_seen &= by_data[3] > 30 * TIMES > by_tasks[3]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
