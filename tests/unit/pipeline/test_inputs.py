"""From paths to files: globs, folders, lists of paths; each file once; a sample contains every smaller one."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.inputs import InputSpec
from pipeline.input_paths import InputFile
from pipeline.inputs import _sample, find_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    for name in ("a.jsonl", "b.jsonl", "deep/c.jsonl", "_SUCCESS", ".hidden"):
        (tmp_path / name).write_text("{}\n")
    return tmp_path


def names(*paths: str, **settings: str) -> list[str]:
    spec = InputSpec(source="s", paths=tuple(paths), **settings)  # pyright: ignore[reportArgumentType]
    return [Path(f.uri).name for f in find_files([spec]).files]


def test_a_folder_is_all_its_files_but_hidden_ones(folder):
    assert names(f"{folder}/") == ["a.jsonl", "b.jsonl", "c.jsonl"]


def test_a_pattern(folder):
    assert names(f"{folder}/*.jsonl") == ["a.jsonl", "b.jsonl"]
    assert names(f"{folder}/**/*.jsonl") == ["a.jsonl", "b.jsonl", "c.jsonl"]


def test_a_file_named_twice_counts_once(folder):
    assert names(f"{folder}/a.jsonl", f"{folder}/*.jsonl") == ["a.jsonl", "b.jsonl"]


def test_a_list_of_paths_with_a_prefix(folder):
    (folder / "wet.paths.gz").write_bytes(gzip.compress(b"a.jsonl\n\ndeep/c.jsonl\n"))
    assert names(f"{folder}/wet.paths.gz", prefix=f"{folder}/") == ["a.jsonl", "c.jsonl"]
    (folder / "mine.txt").write_text(f"{folder}/b.jsonl\n")
    assert names(f"list:{folder}/mine.txt") == ["b.jsonl"]


def test_all_that_is_missing_is_told_at_once(folder):
    specs = [InputSpec(source=s, paths=(f"{folder}/nowhere-{s}",)) for s in ("one", "two")]
    problems = find_files(specs).problems
    assert len(problems) == 2
    assert "one: " in str(problems[0])
    assert "there is no such file or folder" in str(problems[0])


@given(st.integers(1, 40), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_larger_share_contains_a_smaller_one(count, one, other):
    files = [InputFile("s", f"f{i}", 1, "") for i in range(count)]
    small, large = (_sample(files, "s", share) for share in sorted((one, other)))
    assert small
    assert set(small) <= set(large)
