"""The table of kernels: types are written and read, and what is compiled ahead is what a job needs."""

import inspect
import re
from pathlib import Path

import pytest
from numba.core import types

from corpusmill.operators.extract.html.base.workspace import allocate
from corpusmill.operators.text.word_scan import Found
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.kernels import parallel, signatures, table
from corpusmill.pipeline.kernels.table import KernelEntry
from corpusmill.pipeline.stages import kernel_uses

ROOT = Path(__file__).resolve().parents[3]
BYTES = types.Array(types.uint8, 1, "C", readonly=True)
TYPES = [
    types.int64,
    types.boolean,
    types.IntegerLiteral(-3),
    types.BooleanLiteral(False),
    BYTES,
    types.Array(types.boolean, 2, "A"),
    types.UniTuple(types.int64, 2),
    types.Tuple((types.int64, BYTES)),
    types.NamedTuple((*[types.Array(types.int64, 1, "C")] * 5, BYTES), Found),
    allocate(0)._numba_type_,
]


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: type(kind).__name__)
def test_a_type_is_read_as_it_was_written(kind):
    assert signatures.read(signatures.written(kind)) == kind


def test_a_type_that_no_kernel_takes_is_refused():
    with pytest.raises(TypeError, match="has no written form"):
        signatures.written(types.unicode_type)


def test_a_table_is_read_as_it_was_written():
    one = KernelEntry(name="a:one", types=("int64", ["tuple", "=1"]), cpu_s=0.25)
    two = KernelEntry(name="a:two", types=(), cpu_s=1.5)
    found = table.parse(table.write([two, one], {"b": [one.key()], "a": [two.key(), one.key()], "none": []}))
    assert found.needed(["a"]) == [two, one]
    assert found.needed(["b", "unknown"]) == [one]
    assert set(found.uses) == {"a", "b"}


def test_the_table_names_kernels_that_are_there():
    for kernel in table.table().kernels:
        assert signatures.class_of(kernel.name).py_func.__name__ == kernel.name.rpartition(":")[2]
        for kind in kernel.types:
            assert signatures.written(signatures.read(kind)) == kind


def test_the_table_has_a_type_for_each_argument():
    for kernel in table.table().kernels:
        parameters = inspect.signature(signatures.class_of(kernel.name).py_func).parameters
        assert len(kernel.types) == len(parameters), f"{kernel.name}: make kernel-table"


def test_make_compiles_ahead_what_the_demo_needs():
    told = re.search(r"^DEMO_KERNELS := ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert told is not None
    spec = load(ROOT / "examples" / "demo" / "demo.yaml")
    needed = kernel_uses.of_job(spec, ["readers.warc", "readers.wet", "readers.jsonl"])
    assert set(told.group(1).replace("\\\n", " ").split()) == set(needed)


def test_what_is_installed_first_has_the_versions_of_the_rest():
    pins = {
        name: re.findall(r"^[\w\[\],-]+==\S+", (ROOT / "requirements" / f"{name}.in").read_text(), re.MULTILINE)
        for name in ("kernels", "run")
    }
    assert set(pins["kernels"]) <= set(pins["run"])


def test_the_estimate_follows_the_machine():
    kernels = [KernelEntry(name=f"m:{n}", types=(), cpu_s=10.0) for n in range(4)]
    states: list[parallel.State] = []
    progress = parallel.Progress(kernels, 2, states.append)
    progress.begin(kernels[0])
    assert states[-1].seconds_remaining == pytest.approx(20.0, abs=0.5)
    assert states[-1].compiling == ("m.0",)
    progress._started -= 30.0  # the first took three times as long as the table says
    progress.end(kernels[0])
    assert states[-1].seconds_remaining > 30.0
    assert (states[-1].done, states[-1].total) == (1, 4)
