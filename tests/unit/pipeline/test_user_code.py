"""A user's code is all of it: fingerprinted, sent, and found again where it was not before."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpusmill.errors import ModuleMismatch
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.steps import sources, user_code
from corpusmill.pipeline.steps.step_groups import parts_of

OPERATOR = '''"""Verse."""
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import numpy as np

from corpusmill.operators.contract import Signal
{imports}


@dataclass(frozen=True, kw_only=True)
class Verse(Signal):
    """Whether a text is verse."""

    adds: ClassVar[dict[str, pa.DataType]] = {{"verse_count": pa.int32()}}

    def measure(self, batch):
        {inside}
        return {{"verse_count": pa.array([len(WORDS)] * batch.num_rows, pa.int32())}}
'''
JOB = "name: j\ninputs: [{{source: a, paths: [x.jsonl]}}]\ndocuments: [{{uses: {uses}}}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A place for a job and its modules, forgotten afterwards."""
    before, path = dict(sys.modules), list(sys.path)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - set(before):
        if str(tmp_path) in str(
            getattr(sys.modules[name], "__file__", None) or getattr(sys.modules[name], "__path__", "")
        ):
            del sys.modules[name]


def lay(folder: Path, files: dict[str, str], uses: str) -> JobSpec:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "job.yaml").write_text(JOB.format(uses=uses), encoding="utf-8")
    return load(folder / "job.yaml")


def fingerprint(spec: JobSpec) -> str:
    return sources.fingerprint(spec, "a", "readers.jsonl", parts_of(spec)[0])


def test_a_module_beside_it_is_sent_and_fingerprinted(folder):
    operator = OPERATOR.format(imports="from my_lists import WORDS", inside="pass")
    files = {"my_ops.py": operator, "my_lists.py": "WORDS = ['a']\n", "other.py": "a job does not touch this\n"}
    spec = lay(folder, files, "my_ops.Verse")
    assert user_code.files_of(spec) == {"my_ops.py": operator, "my_lists.py": "WORDS = ['a']\n"}
    before = fingerprint(spec)
    (folder / "my_lists.py").write_text("WORDS = ['a', 'b']\n")
    assert fingerprint(spec) != before


def test_so_is_one_that_is_imported_late_and_what_that_imports(folder):
    operator = OPERATOR.format(imports="", inside="from my_words.lists import WORDS")
    files = {
        "my_ops.py": operator,
        "my_words/__init__.py": "",
        "my_words/lists.py": "from . import more\nWORDS = more.MORE\n",
        "my_words/more.py": "MORE = ['a']\n",
    }
    spec = lay(folder, files, "my_ops.Verse")
    assert user_code.files_of(spec) == files


def test_so_is_one_that_no_import_names(folder):
    found = "import importlib\nWORDS = importlib.import_module('by_' + 'name').WORDS"
    files = {"my_ops.py": OPERATOR.format(imports=found, inside="pass"), "by_name.py": "WORDS = ['a']\n"}
    assert user_code.files_of(lay(folder, files, "my_ops.Verse")) == files


@pytest.mark.parametrize("with_init", [True, False])
def test_a_package_with_an_empty_init_and_one_without_any(folder, with_init):
    files = {
        "my_package/ops/verse.py": OPERATOR.format(imports="from ..lists import WORDS", inside="pass"),
        "my_package/lists.py": "WORDS = []\n",
    }
    inits = {"my_package/__init__.py": "", "my_package/ops/__init__.py": ""}
    spec = lay(folder, files | (inits if with_init else {}), "my_package.ops.verse.Verse")
    assert user_code.files_of(spec) == files | inits


def test_what_is_installed_stays_where_it_is(folder):
    place = folder / "venv" / "site-packages"
    imports = "import other_package, numpy\nfrom my_package.lists import WORDS"
    files = {
        "my_package/__init__.py": "",
        "my_package/ops.py": OPERATOR.format(imports=imports, inside="pass"),
        "my_package/lists.py": "WORDS = []\n",
        "other_package.py": "",
    }
    sys.path.append(str(place))
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    del files["other_package.py"]
    assert user_code.files_of(lay(folder, {}, "my_package.ops.Verse")) == files
    beside = {"my_ops.py": OPERATOR.format(imports="import other_package\nWORDS = []", inside="pass")}
    assert user_code.files_of(lay(folder, beside, "my_ops.Verse")) == beside


@pytest.mark.thorough
def test_a_process_that_has_none_of_it_can_import_it(folder):
    files = {
        "my_package/__init__.py": "",
        "my_package/ops.py": OPERATOR.format(imports="from .lists import WORDS", inside="pass"),
        "my_package/lists.py": "WORDS = ['a', 'b']\n",
    }
    sent = user_code.files_of(lay(folder, files, "my_package.ops.Verse"))
    told = f"from corpusmill.pipeline.steps import user_code\nuser_code.install({sent!r})\nimport my_package.ops\n"
    told += "print(my_package.ops.WORDS)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert done.stdout == "['a', 'b']\n", done.stderr


SENT = {"my_package/__init__.py": "", "my_package/lists.py": "WORDS = ['a']\n"}
NODES = {  # what lies on the node, and the module that is told to be another one; null: none
    "the same": (SENT, None),
    "the same, without __init__": ({"my_package/lists.py": SENT["my_package/lists.py"]}, None),
    "other lines": (SENT | {"my_package/lists.py": "WORDS = ['b']\n"}, "my_package.lists"),
    "another __init__": (SENT | {"my_package/__init__.py": "X = 1\n"}, "my_package"),
    "a module in place of the package": ({"my_package.py": "X = 1\n"}, "my_package"),
}


@pytest.mark.parametrize("node", NODES)
def test_a_module_of_the_same_name_is_not_taken_for_the_one_that_was_sent(folder, node):
    there, other = NODES[node]
    for name, text in there.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    sys.path.insert(0, str(folder))
    if other is None:
        user_code.install(SENT)
        user_code.install(SENT)  # a second unit
    else:
        with pytest.raises(ModuleMismatch, match=f"module '{other}' .*found {folder}.*another name"):
            user_code.install(SENT)


@pytest.mark.thorough
def test_nor_is_one_that_is_loaded_or_was_sent_before(folder):
    (folder / "my_ops.py").write_text("WORDS = ['a']\n")
    told = "import my_ops\nfrom corpusmill.pipeline.steps import user_code\n"
    told += "user_code.install({'my_ops.py': 'WORDS = []'})\n"
    assert "module 'my_ops' of the job is another one" in failure_of(told, folder)
    sent = "from corpusmill.pipeline.steps import user_code\n" + "".join(
        f"user_code.install({{'mine.py': '{n}'}})\n" for n in (1, 1, 2)
    )
    assert "found <mine of the job> (sha256 6b86b273ff34), sent was sha256 d4735e3a265e" in failure_of(sent, folder)


def failure_of(program: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\nsys.path.insert(0, {str(folder)!r})\n{program}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr.splitlines()[-1] if done.stderr else ""
