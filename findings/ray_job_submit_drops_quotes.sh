#!/bin/bash
# `ray job submit -- COMMAND 'https://host/x?a=1&b=2'` cuts the address at the `&`.
# One expects: words after `--` reach the program as they are, as with `env`, `nohup`, `docker run` or `kubectl exec`.
# What happens: Ray 2.60 joins the words with quotes for blanks alone (`subprocess.list2cmdline`, made for Windows) and
# gives the line to `sh` on the cluster. `&`, `;`, `*` and `$` of a word that was quoted mean there what they mean to a
# shell: a signed address is cut and its program goes to the background, a pattern is filled in with the files of the
# head. The job still ends as SUCCEEDED.
# It matters because signed S3 addresses and patterns such as `s3://bucket/2026-*/a.gz` are what corpus jobs are given.
# A way round: put such values into a file that travels with `--working-dir`, or quote twice.
set -euo pipefail
folder=$(mktemp -d)
export RAY_USAGE_STATS_ENABLED=0 RAY_AUTH_MODE=disabled RAY_TMPDIR="$folder/ray"
head=
trap '[ -z "$head" ] || kill -- -"$head" 2>/dev/null || true; sleep 1; rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "ray[default]==2.60.0"
"$folder/venv/bin/ray" --version
mkdir "$folder/files" "$RAY_TMPDIR"
touch "$folder/files/a.txt" "$folder/files/b.txt"
cat > "$folder/show.py" <<'PYTHON'
import sys

print("words:", sys.argv[1:])
PYTHON
export PATH="$folder/venv/bin:$PATH"
set -m
ray start --head --block --num-cpus 1 --port 6397 --dashboard-port 8297 --dashboard-agent-listen-port 52397 \
  --temp-dir "$RAY_TMPDIR" --disable-usage-stats > "$folder/head.log" 2>&1 &
head=$!
set +m
for _ in $(seq 60); do
  curl -sf http://127.0.0.1:8297/api/version > /dev/null && break
  sleep 1
done
submitted() {
  ray job submit --address http://127.0.0.1:8297 --log-style record -- python "$folder/show.py" "$@" > "$folder/out" 2>&1
  grep -a "^words:" "$folder/out" || echo "no word reached the program"
}
for _ in $(seq 20); do  # a head that has just come up has no agent yet
  [ "$(submitted plain)" = "words: ['plain']" ] && break
  sleep 3
done
address='https://host/x?a=1&b=2'
pattern="$folder/files/*.txt"
plain=$(submitted plain 'two words')
cut=$(submitted "$address")
filled=$(submitted "$pattern")
direct=$(python "$folder/show.py" "$address")
echo "two words:  $plain"
echo "given:      $address"
echo "direct:     $direct"
echo "submitted:  $cut"
echo "a pattern:  ${filled//$folder/FOLDER}"
[ "$plain" = "words: ['plain', 'two words']" ] && [ "$direct" = "words: ['$address']" ] &&
  [ "$cut" = "words: ['https://host/x?a=1']" ] && [[ "$filled" = *a.txt*b.txt* ]]
