#!/usr/bin/env bash
# ray 2.60.0: with `fallback_strategy`, a task leaves the nodes of its `label_selector` as soon as these are busy, not only when
# there is none.
#
# Expected: Dataset.map_batches describes it as "alternative label requirements that Ray tries in order when label_selector can't be
#   satisfied". A node with the label is there and is free in a second, so the selector can be satisfied.
# Seen: with more tasks than CPUs half of them run on the node that the selector excludes, at once. Without a fallback all wait for the
#   node with the label.
# Why it matters: it is used to keep work off a machine (a full disk, a spot node that is about to go, one without the model on its
#   disk) and still not to hang where no other is left. Every stage has more tasks than CPUs, so the machine gets its share as before.
# Way round: the selector alone, and look yourself whether a node with the label is alive (ray.nodes()).
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "ray[data]==2.60.0" pyarrow==26.0.1
cd "$folder"
RAY_USAGE_STATS_ENABLED=0 RAY_DATA_DISABLE_PROGRESS_BARS=1 venv/bin/python - 2>/dev/null <<'PYTHON'
import sys
import time

import ray
import ray.data
from ray.cluster_utils import Cluster

print("ray", ray.__version__)
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
avoided, other = (cluster.add_node(num_cpus=1).node_id for _ in range(2))
ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
SELECTOR = {"ray.io/node-id": f"!in({avoided})"}


def where(batch):
    time.sleep(1)
    return batch.append_column("node", [[ray.get_runtime_context().get_node_id()]])


def ran_on(tasks, **options):
    """Tasks that ran on the avoided node, and on the other one."""
    made = ray.data.from_items([{"n": n} for n in range(tasks)], override_num_blocks=tasks)
    rows = made.map_batches(where, batch_format="pyarrow", batch_size=1, num_cpus=1, **options).take_all()
    nodes = [row["node"] for row in rows]
    return nodes.count(avoided), nodes.count(other)


ran_on(4)  # both nodes have their workers
alone = ran_on(8, label_selector=SELECTOR)
one = ran_on(1, label_selector=SELECTOR, fallback_strategy=[{"label_selector": {}}])
many = ran_on(8, label_selector=SELECTOR, fallback_strategy=[{"label_selector": {}}])
print("tasks on the avoided node and on the other one, of one CPU each")
print("8 tasks, the selector alone:     ", *alone)
print("1 task, with a fallback to any:  ", *one)
print("8 tasks, with a fallback to any: ", *many)
as_seen = alone == (0, 8) and one == (0, 1) and many[0] >= 2
print("as described" if as_seen else "changed")
ray.shutdown()
cluster.shutdown()
sys.exit(0 if as_seen else 1)
PYTHON
