"""Deduplication decides the same, byte for byte, on a machine without modern instructions."""

import hashlib
import tempfile
from pathlib import Path

import pytest

from corpusmill.pipeline.config.sections.dedup import DedupSpec, NearSpec
from tests.dedup.test_invariance import corpus, filled
from tests.equivalence.test_generic_cpu import said_by_a_generic_cpu


def digest() -> str:
    """Of every file that keys, signatures, all rules and all ways to verify leave behind."""
    sums = hashlib.sha256()
    for verify in ("text", "estimate", "none"):
        with tempfile.TemporaryDirectory() as folder:
            spec = DedupSpec(near=NearSpec(verify=verify), index=True, max_removed_share={})
            filled(Path(folder), corpus(), 4, spec).dedup()
            for path in sorted(p for p in Path(folder).rglob("*") if p.is_file()):
                sums.update(f"{path.relative_to(folder)}".encode() + path.read_bytes())
    return sums.hexdigest()


@pytest.mark.slow
def test_a_generic_cpu_gives_the_same_bytes():
    assert said_by_a_generic_cpu("tests.equivalence.test_generic_cpu_dedup") == digest()


if __name__ == "__main__":
    print(digest())
