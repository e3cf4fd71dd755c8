"""The table of faults: what was done, and what became of the run."""

import datetime
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.pipeline.jobs import ROOT

TABLE = ROOT / "build" / "faults.md"
PACKAGES = ("ray", "s3fs", "botocore", "pyarrow", "moto")
HEAD = "| fault | how injected | survived | rows lost | extra time | bytes equal |\n|---|---|---|---|---|---|\n"


@dataclass(frozen=True, kw_only=True)
class Row:
    """runs: how often the command was given; rows_lost: documents of the undisturbed run that are not in this one."""

    fault: str
    injected: str
    runs: int
    rows_lost: int
    extra_s: float
    equal: bool

    def in_markdown(self) -> str:
        survived = "yes" if self.runs == 1 else f"by the same command again ({self.runs - 1})"
        lost, equal = f"{self.rows_lost:,}", "yes" if self.equal else "NO"
        return f"| {self.fault} | {self.injected} | {survived} | {lost} | {self.extra_s:+.0f} s | {equal} |\n"


def write(rows: list[Row], undisturbed_s: float, documents: int, target: Path = TABLE) -> None:
    """Write the table, with when and where it was made. undisturbed_s: what a run takes that nothing happens to."""
    installed = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    made = (
        f"Made on {datetime.datetime.now(datetime.UTC):%Y-%m-%d} on Linux {platform.machine()} with {os.cpu_count()} "
        f"CPUs, Python {platform.python_version()}, {installed}. The job reads {documents:,} documents; undisturbed it "
        f"takes {undisturbed_s:.0f} s.\n\n"
    )
    target.parent.mkdir(exist_ok=True)
    target.write_text(made + HEAD + "".join(row.in_markdown() for row in rows), encoding="utf-8")
