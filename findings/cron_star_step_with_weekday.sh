#!/bin/bash
# A cron expression with a step in the day of the month and a weekday, `0 2 */2 * 1`, is two different schedules.
# One expects: libraries that read five-field cron agree on valid expressions, and when both day fields are given, cron
# fires when either is right (as its manual says for restricted fields).
# What happens: croniter 7.0.0 fires on every odd day and on every Monday, about 18 times a month. cronsim 2.8 fires on
# Mondays that are odd days, about twice a month, as Debian's cron does, for which a field that begins with a star is not
# restricted. Written as a list, `1-31/2`, both fire on either.
# It matters because the same line moves between crontabs and schedulers written in Python: a corpus update meant for
# every other Monday runs nine times as often, or the other way round.
# A way round: croniter(..., implement_cron_bug=True); better, never give both fields, and let the program that is
# started decide whether it is due.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "croniter==7.0.0" "cronsim==2.8"
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata
import itertools
import sys
from datetime import datetime, timezone

from croniter import croniter
from cronsim import CronSim

START, END = (datetime(2026, month, 1, tzinfo=timezone.utc) for month in (10, 11))


def by_croniter(expression):
    times = croniter(expression, START)
    return list(itertools.takewhile(lambda at: at < END, iter(lambda: times.get_next(datetime), None)))


def by_cronsim(expression):
    return list(itertools.takewhile(lambda at: at < END, CronSim(expression, START)))


for name in ("croniter", "cronsim"):
    print(name, importlib.metadata.version(name))
found = {}
for expression in ("0 2 */2 * 1", "0 2 1-31/2 * 1", "0 2 * * 1"):
    found[expression] = len(by_croniter(expression)), len(by_cronsim(expression))
    print(f"{expression:<16} in October 2026: croniter {found[expression][0]:>2} times, cronsim {found[expression][1]:>2} times")
alike = [expression for expression, (one, other) in found.items() if one == other]
sys.exit(0 if alike == ["0 2 1-31/2 * 1", "0 2 * * 1"] and found["0 2 */2 * 1"][0] > 4 * found["0 2 */2 * 1"][1] else 1)
PYTHON
