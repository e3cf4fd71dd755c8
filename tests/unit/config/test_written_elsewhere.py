"""Job files as they come from other systems: tabs, and paths of Windows, told with what to write."""

import os
from pathlib import Path

import pytest

from corpusmill.errors import JobError
from corpusmill.pipeline.config.load import parse


def refused(text: str, folder: str | Path = ".") -> str:
    with pytest.raises(JobError) as error:
        parse(text, folder=folder)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("name: j\ninputs:\n\t- source: a\n\t  paths: x\n", "3:1"),
        ("name: j\ninputs:\n  - source: a\n\t  paths: x\n", "4:1"),
        ("name: j\n\tworkspace: x\n", "2:1"),
        ("name:\tj\n", "1:6"),
    ],
)
def test_a_tab(text, place):
    told = refused(text)
    assert told.startswith(f"job.yaml:{place} this is not YAML: a tab ")
    assert "YAML takes spaces only" in told


def test_a_tab_where_yaml_allows_it_is_none():
    assert parse("name: j\ninputs: [{source: a,\n\tpaths: x.jsonl}]").name == "j"


@pytest.mark.skipif(os.name == "nt", reason="there they are paths like any other")
def test_paths_of_windows_are_reported_as_they_are_written():
    paths = r"['C:\data\x*.jsonl', 'D:/x.jsonl', '\\srv\share\a.jsonl', 'list:E:\l.txt']"
    told = refused(f"name: j\noutput: 'F:\\out'\ninputs: [{{source: a, paths: {paths}}}]").splitlines()
    assert len(told) == 5
    assert r"output: 'F:\out' is a path of Windows, and this is another system; under WSL" in told[0]
    assert r"paths[0]: 'C:\data\x*.jsonl' is a path of Windows" in told[1]
    assert "under WSL that is '/mnt/c/data/x*.jsonl'" in told[1]
    assert "'/mnt/d/x.jsonl'" in told[2]
    assert r"paths[2]: '\\srv\share\a.jsonl' is a path of Windows" in told[3]
    assert "mount that share" in told[3]
    assert "'/mnt/e/l.txt'" in told[4]


@pytest.mark.parametrize("path", [r"C:\data\x.jsonl", r"C:\users\x.jsonl"])
def test_a_backslash_in_double_quotes(path):
    assert "in double quotes a backslash begins an escape; write the path in single quotes" in refused(
        f'name: j\ninputs: [{{source: a, paths: ["{path}"]}}]'
    )


def test_a_file_of_that_very_name_is_that_file(tmp_path):
    name = r"C:\data.jsonl"
    (tmp_path / name).write_text("{}\n")
    assert parse(f"name: j\ninputs: [{{source: a, paths: ['{name}']}}]", folder=tmp_path).inputs[0].paths == (
        str(tmp_path / name),
    )
