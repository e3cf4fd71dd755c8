"""One benchmark in this process: `python -m benchmarks.child bench_NAME OUT.json [--quick]` writes its rows as JSON."""

import importlib
import json
import sys
from pathlib import Path

from benchmarks.row import checked
from corpusmill.pipeline.execution import process


def main(name: str, out: str, *options: str) -> None:
    """Rows of one file; an exception ends the process with its traceback."""
    process.prepare()
    module = importlib.import_module(f"benchmarks.{name}")
    found = [checked(row) for row in module.rows(quick="--quick" in options)]
    Path(out).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
