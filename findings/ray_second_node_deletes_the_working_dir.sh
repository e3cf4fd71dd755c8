#!/usr/bin/env bash
# ray 2.60.0: where two nodes share a machine, the second deletes the `working_dir` of a submitted job under the program that runs in
# it, and unpacks it once more.
#
# Expected: a package is unpacked once a machine, or once a node into a folder of the node's own; a folder that is in use stays.
# Seen: the nodes have one folder for packages, each keeps its own list of what is in it, and one that has not listed a package yet
#   removes its folder before it unpacks. That is when the submitted program calls ray.init(): for a while its own files are not
#   there, and its working directory is one that no longer exists, so that relative paths fail for good.
# Why it matters: two `ray start` on one machine are how people try a cluster before they rent one, and some run a node a NUMA domain.
#   A program that imports a module when it first needs it ends with ModuleNotFoundError now and then, one that opens a table of its
#   working_dir by a relative path with FileNotFoundError always.
# Way round: `ray start --temp-dir` with another folder for each node (shown below). One node a machine does not have the problem.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
stop_nodes() {
  while read -r node; do kill -9 -- "-$node" 2>/dev/null || true; done < "$folder/nodes"
  : > "$folder/nodes"
  sleep 2
}
: > "$folder/nodes"
trap 'stop_nodes; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "ray[default]==2.60.0" 2>/dev/null
cd "$folder"
export PATH="$folder/venv/bin:$PATH" RAY_USAGE_STATS_ENABLED=0 RAY_AUTH_MODE=disabled RAY_raylet_start_wait_time_s=120
mkdir sent
python - <<'PYTHON'
for name in ("table.csv", *(f"part-{n}.csv" for n in range(2000))):
    with open(f"sent/{name}", "w") as file:
        file.write("id,text\n" * 1000)
PYTHON
cat > sent/program.py <<'PYTHON'
import os
import threading
import time

import ray

path, counts, ended = os.path.abspath("table.csv"), {True: 0, False: 0}, threading.Event()


def look():
    while not ended.wait(0.001):
        counts[os.path.exists(path)] += 1


looking = threading.Thread(target=look)
looking.start()
ray.init(log_to_driver=False, logging_level="ERROR")
ray.get(ray.remote(lambda: 1).options(num_cpus=1).remote())
time.sleep(3)
ended.set()
looking.join()
print("seen", counts[True], counts[False], int(os.path.exists("table.csv")))
PYTHON
start() { setsid ray start "$@" --block --disable-usage-stats >/dev/null 2>&1 & echo $! >> "$folder/nodes"; }
# Prints how often the file was there, how often not, and whether a relative path finds it at the end.
seen() {
  rm -rf "$folder/ray"
  start --head --num-cpus 0 --port 6399 --dashboard-port 8299 --dashboard-agent-listen-port 52399 --ray-client-server-port 20001 --temp-dir "$folder/ray"
  until curl -s -o /dev/null http://127.0.0.1:8299/api/version; do sleep 1; done
  start --address 127.0.0.1:6399 --num-cpus 1 "$@"
  until ray status --address 127.0.0.1:6399 2>/dev/null | grep -q "/1.0 CPU"; do sleep 1; done
  ray job submit --address http://127.0.0.1:8299 --working-dir sent -- python program.py 2>/dev/null | grep "^seen" || echo "seen none"
}
echo "ray $(python -c 'import ray; print(ray.__version__)')"
echo "a submitted program looks for a file of its working_dir all the time; meanwhile it calls ray.init()"
read -r _ there missing relative < <(seen)
stop_nodes
echo "nodes with one folder:           there $there times, missing $missing times; by a relative path at the end: $relative"
read -r _ own_there own_missing own_relative < <(seen --temp-dir "$folder/ray-2")
echo "nodes with folders of their own: there $own_there times, missing $own_missing times; by a relative path at the end: $own_relative"
if [ "$missing" -gt 0 ] && [ "$relative" = 0 ] && [ "$own_missing" = 0 ] && [ "$own_relative" = 1 ] && [ "$own_there" -gt 0 ]; then
  echo "as described"
else
  echo "changed"
  exit 1
fi
