"""Implements `diff`: compares two datasets and prints what differs."""

import json

from corpusmill.pipeline.commands.dataset import dataset_of
from corpusmill.pipeline.diff.compare import Difference, Side, compare
from corpusmill.pipeline.diff.lines import (
    amounts_table,
    drifts_table,
    job_lines,
    lack_lines,
    shares_table,
    site_lines,
)
from corpusmill.pipeline.execution.progress import print_table, screen
from corpusmill.pipeline.execution.terminal import echo
from corpusmill.pipeline.run.explain import differences

NOT_COMPARED = ("workspace", "output", "storage", "about")  # of jobs: where, and what people say


def diff(*, before: str, after: str, most: int, as_json: bool) -> None:
    """Print the difference of two datasets, each a job file or an address."""
    sides = [Side.at(dataset_of(what, ())) for what in (before, after)]
    found = compare(sides[0], sides[1], job_changes(*sides))
    if as_json:
        echo(json.dumps(found.to_json(), ensure_ascii=True, indent=1))
        return
    show(found, most)


def job_changes(before: Side, after: Side) -> list[str]:
    """What changed between the jobs of two datasets, addresses aside; nothing where one is not known."""
    if before.job is None or after.job is None:
        return []
    jobs = [{k: v for k, v in side.job.items() if k not in NOT_COMPARED} for side in (before, after) if side.job]
    return list(differences(jobs[0], jobs[1]))


def show(found: Difference, most: int) -> None:
    """Print tables of what differs, and lines about the rest."""
    console = screen()
    echo(f"before: {found.urls[0]}\nafter:  {found.urls[1]}\n")
    print_table(console, amounts_table(found))
    for of, shares in found.shares.items():
        if (table := shares_table(of, shares, most)) is not None:
            echo()
            print_table(console, table)
    if found.drifts:
        echo()
        print_table(console, drifts_table(found, most))
    for lines in (site_lines(found, most), job_lines(found), lack_lines(found)):
        for number, line in enumerate(lines):
            if number == 0:
                echo()
            echo(line)
