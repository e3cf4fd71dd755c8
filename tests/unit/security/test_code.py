"""The code has none of the calls that turn data into code."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle"}
CALLS = {"eval", "exec", "os.system", "yaml.load", "yaml.unsafe_load", "tempfile.mktemp"}
ALLOWED = {
    "pipeline/steps/user_code.py exec",  # operators that the author of a job wrote
    "pipeline/stages/ingest/isolated.py imports pickle",  # between a process and its child, in a folder of theirs
    "pipeline/deploy/yaml_text.py YAML that is not safe",  # writes only; ruamel's safe writer has no blocks of lines
}


def trees():
    for folder in ("pipeline", "operators", "cluster", "corpusmill"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(node):
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    return {(node.module or "").partition(".")[0]} if isinstance(node, ast.ImportFrom) else set()


@pytest.mark.thorough
def test_nothing_stored_is_unpickled_or_run():
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            found += [f"{name} imports {m}" for m in imported(node) & MODULES]
            if isinstance(node, ast.Call):
                call = ast.unparse(node.func)
                unsafe = any(k.arg == "allow_pickle" and ast.unparse(k.value) != "False" for k in node.keywords)
                shell = any(k.arg == "shell" and ast.unparse(k.value) != "False" for k in node.keywords)
                if call in CALLS or unsafe or shell:
                    found.append(f"{name} {call}")
                if call.endswith("YAML") and not any(ast.unparse(k.value) == "'safe'" for k in node.keywords):
                    found.append(f"{name} YAML that is not safe")
    assert set(found) == ALLOWED
