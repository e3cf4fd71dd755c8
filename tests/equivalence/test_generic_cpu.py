"""Floats that are stored are the same bytes on a machine without modern instructions."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Rewrite, Signal
from tests.contract.needed import PARAMS

NAMES = (
    "signals.language",
    "signals.fasttext",
    "signals.relevance",
    "signals.tfidf",
    "rewrite.pii",
    "rewrite.whitespace",
)
GENERIC = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX2 FMA3"}
TEXTS = [
    "The lighthouse keeper climbed the spiral stairs every evening before dusk.",
    "Der Leuchtturmwärter stieg jeden Abend die Wendeltreppe hinauf. Tel. 030/1234567",
    "灯台守は毎晩、日暮れ前にらせん階段を上った。",
    "Смотритель маяка каждый вечер поднимался по лестнице.",
    "ผู้ดูแลประภาคารปีนบันไดวนทุกเย็น",
    "12 34 !?",
    "",
]


def digest() -> str:
    """Of every column that these operators add to the texts."""
    sums = hashlib.sha256()
    for name in NAMES:
        op = load.equip(load.build(name, PARAMS.get(name, {})), load.shipped)
        assert isinstance(op, Rewrite | Signal)
        table = op(Batch(pa.table({"text": pa.array(TEXTS * 3, TEXT)}))).table
        sums.update(repr([[repr(value) for value in column.to_pylist()] for column in table.columns]).encode())
    return sums.hexdigest()


def said_by_a_generic_cpu(module: str) -> str:
    """What a module of these tests prints where the processor has no modern instructions."""
    command = [sys.executable, "-W", "ignore", "-m", module]
    environment = {**os.environ, **GENERIC}
    root = Path(__file__).parents[2]
    ran = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.mark.slow
def test_a_generic_cpu_gives_the_same_bytes():
    assert said_by_a_generic_cpu("tests.equivalence.test_generic_cpu") == digest()


if __name__ == "__main__":
    print(digest())
