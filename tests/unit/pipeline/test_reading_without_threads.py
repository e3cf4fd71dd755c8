"""Tables are read without threads that decode: one that lets go of a file while the interpreter ends aborts it."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

READ = """
import os, sys
from corpusmill.pipeline.files.tables import read_table
with open(sys.argv[1], "rb") as file:
    before = len(os.listdir("/proc/self/task"))
    rows = read_table(file).num_rows
    print(rows, len(os.listdir("/proc/self/task")) - before)
"""


def test_no_thread_decodes_a_table(tmp_path: Path):
    pq.write_table(pa.table({f"c{n}": range(9) for n in range(30)}), tmp_path / "a.parquet")
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / "a.parquet")], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["9", "1"]  # the one that Arrow reads a Python file with
