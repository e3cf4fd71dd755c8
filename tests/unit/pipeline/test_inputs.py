"""From paths to files: globs, folders, lists of paths; each file once; a sample contains every smaller one."""

import gzip
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.pipeline.config.check.valid_parts import ValidPath
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.inputs import paths as input_paths
from corpusmill.pipeline.inputs.files import Found, _sample, find
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.preflight.same_files import under_two_names
from corpusmill.pipeline.preflight.survey import survey


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    for name in ("a.jsonl", "b.jsonl", "deep/c.jsonl", "_SUCCESS", ".hidden"):
        (tmp_path / name).write_text("{}\n")
    return tmp_path


def find_files(inputs: Iterable[InputSpec]) -> Found:
    """The files of whole inputs, with their places in a job."""
    numbered = enumerate(inputs)
    return find([(("inputs", n, "paths", m), path, spec) for n, spec in numbered for m, path in enumerate(spec.paths)])


def found(*paths: str, **settings: str) -> Found:
    spec = InputSpec(source="s", paths=tuple(paths), **settings)  # pyright: ignore[reportArgumentType]
    return find_files([spec])


def names(*paths: str, **settings: str) -> list[str]:
    files = found(*paths, **settings)
    assert not files.problems
    return [Path(f.uri).name for f in files.files]


def wrong(*paths: str, **settings: str) -> list[str]:
    return [str(problem) for problem in found(*paths, **settings).problems]


@pytest.mark.parametrize("path", ["", "/*/*.jsonl", "/**/*.jsonl"])
def test_a_folder_below_that_may_not_be_read_is_reported(folder, path, monkeypatch):
    """The listing alone would be as if it held nothing."""
    scan = os.scandir

    def refused(at: str) -> Iterator[os.DirEntry[str]]:
        if str(at).endswith("/deep"):
            raise PermissionError(13, "Permission denied", at)
        return scan(at)

    monkeypatch.setattr(input_paths.os, "scandir", refused)
    assert any("no permission" in told for told in wrong(f"{folder}{path}"))
    assert names(f"{folder}/*.jsonl") == ["a.jsonl", "b.jsonl"]


def test_a_folder_is_all_its_files_but_hidden_ones(folder):
    assert names(f"{folder}/") == ["a.jsonl", "b.jsonl", "c.jsonl"]


@pytest.mark.parametrize("hidden", [".git/objects/a.jsonl", "_temporary/0/a.jsonl", "_SUCCESS", "deep/.b.crc"])
def test_what_lies_in_a_hidden_folder_is_hidden(tmp_path, hidden):
    for name in (hidden, "deep/a.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}\n")
    assert names(f"{tmp_path}/") == ["a.jsonl"]
    assert names(f"{tmp_path}/**/*.jsonl") == ["a.jsonl"]
    assert names(f"{tmp_path}/{hidden}") == [Path(hidden).name]


def test_a_folder_in_a_hidden_folder_is_not_hidden(tmp_path):
    (tmp_path / "_raw").mkdir()
    (tmp_path / "_raw" / "a.jsonl").write_text("{}\n")
    assert names(f"{tmp_path}/_raw/") == names(f"{tmp_path}/_raw/*.jsonl") == ["a.jsonl"]


def test_a_readme_beside_records_is_no_document(folder):
    (folder / "README.md").write_text("# what this is")
    assert names(f"{folder}/") == ["a.jsonl", "b.jsonl", "c.jsonl"]
    assert names(f"{folder}/", f"{folder}/README.md") == ["README.md", "a.jsonl", "b.jsonl", "c.jsonl"]


def test_a_readme_beside_texts_is_a_document(tmp_path):
    for name in ("README.md", "guide.md"):
        (tmp_path / name).write_text("# a")
    assert names(f"{tmp_path}/") == ["README.md", "guide.md"]


@pytest.mark.parametrize("name", ["_mine.jsonl", ".mine.jsonl", "a[1].jsonl", "what?.jsonl"])
def test_a_file_that_is_named_is_taken_whatever_its_name(tmp_path, name):
    (tmp_path / name).write_text("{}\n")
    (tmp_path / "a1.jsonl").write_text("{}\n")
    assert names(f"{tmp_path}/{name}") == [name]


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


def test_every_wrong_line_of_a_list_is_reported_and_the_right_ones_are_read(folder):
    (folder / "list.paths").write_text(f"{folder}/no-1\n{folder}/a.jsonl\n{folder}/no-2\n")
    told = found(f"{folder}/list.paths")
    assert [Path(f.uri).name for f in told.files] == ["a.jsonl"]
    assert [("no-1" in str(p), "no-2" in str(p)) for p in told.problems] == [(True, False), (False, True)]


def test_of_many_wrong_lines_the_first_are_reported(folder):
    (folder / "list.paths").write_text("".join(f"{folder}/no-{i}\n" for i in range(1000)))
    told = wrong(f"{folder}/list.paths")
    (one,) = told
    assert "1,000 lines: there is no such file or folder" in one
    assert f"({folder}/no-0, {folder}/no-1, {folder}/no-2 and 997 more)" in one
    causes = "".join(f"s3{'x' * i}://b/a\n" for i in range(1, 13))
    (folder / "list.paths").write_text(causes)
    told = wrong(f"{folder}/list.paths")
    assert len(told) == 11
    assert "2 more of its lines are wrong" in told[-1]


LISTS = {
    "cut.paths.gz": (gzip.compress(b"a.jsonl\n" * 100)[:-12], "damaged as gzip"),
    "empty.paths": (b"\n\n", "the list is empty"),
    "latin.paths": ("/d/é.jsonl".encode("latin-1"), "is not UTF-8 text"),
    "error.paths": (b"<!DOCTYPE html><title>403</title>", "it holds HTML or XML, an error page most likely"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_is_none_is_reported(tmp_path, name):
    content, told = LISTS[name]
    (tmp_path / name).write_bytes(content)
    (one,) = wrong(f"{tmp_path}/{name}")
    assert one.startswith(f"inputs[0].paths[0]: s: '{tmp_path}/{name}' ")
    assert told in one


def test_a_list_that_names_itself_is_reported(tmp_path):
    (tmp_path / "a.paths").write_text(f"{tmp_path}/b.paths\n")
    (tmp_path / "b.paths").write_text(f"{tmp_path}/a.paths\n")
    (one,) = wrong(f"{tmp_path}/a.paths")
    assert "is a list that names itself; take that line out" in one


def test_the_lines_of_a_list_start_at_the_job_file(folder, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    (folder / "mine.paths").write_text(f"a.jsonl\ndeep/c.jsonl\n{folder}/b.jsonl\n")
    for prefix, wanted in (("", ["a.jsonl", "b.jsonl", "c.jsonl"]), ("prefix: deep/../, ", ["a.jsonl", "c.jsonl"])):
        if prefix:
            (folder / "mine.paths").write_text("a.jsonl\ndeep/c.jsonl\n")
        job = parse(f"name: j\ninputs:\n  - {{source: s, {prefix}paths: mine.paths, format: jsonl}}", folder=folder)
        assert [Path(f.uri).name for f in find_files(job.inputs).files] == wanted


def test_all_that_is_missing_is_reported_at_once(folder):
    specs = [InputSpec(source=s, paths=(f"{folder}/nowhere-{s}",)) for s in ("one", "two")]
    problems = find_files(specs).problems
    assert len(problems) == 2
    assert "one: " in str(problems[0])
    assert f"'{folder}/nowhere-one': there is no such file or folder; correct the path" in str(problems[0])


@given(st.integers(1, 40), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_larger_share_contains_a_smaller_one(count, one, other):
    files = [InputFile("s", f"f{i}", 1, "") for i in range(count)]
    small, large = (_sample(files, "s", share) for share in sorted((one, other)))
    assert small
    assert set(small) <= set(large)


@pytest.fixture
def bracketed(tmp_path: Path) -> Path:
    """A folder whose name looks like a pattern, beside those that the pattern would match."""
    for project in ("proj [v2]", "proj v", "proj 2"):
        for name in ("data/a.jsonl", "data/deep/b.jsonl", "data/c[1].jsonl"):
            (tmp_path / project / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / project / name).write_text("{}\n")
    return tmp_path / "proj [v2]"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("data/*.jsonl", ["data/a.jsonl", "data/c[1].jsonl"]),
        ("data/**/*.jsonl", ["data/a.jsonl", "data/c[1].jsonl", "data/deep/b.jsonl"]),
        ("data/**", ["data/a.jsonl", "data/c[1].jsonl", "data/deep/b.jsonl"]),
        ("*/[ab].jsonl", ["data/a.jsonl"]),
        ("data/c[1].jsonl", ["data/c[1].jsonl"]),
        ("data/", ["data/a.jsonl", "data/c[1].jsonl", "data/deep/b.jsonl"]),
        ("list:data/mine.txt", ["data/a.jsonl"]),
        ("../proj [v2]/data/a*", ["data/a.jsonl"]),
        ("../proj [v]/data/a*", ["../proj v/data/a.jsonl"]),
    ],
)
def test_the_folder_of_the_job_is_as_it_is_written(bracketed, path, expected):
    (bracketed / "data" / "mine.txt").write_text("data/a*.jsonl\n")
    settings = "" if path.startswith("list:") else ", format: jsonl"
    if path in ("data/**", "data/"):
        (bracketed / "data" / "mine.txt").unlink()
    job = parse(f"name: j\ninputs:\n  - {{source: s, paths: ['{path}']{settings}}}", folder=bracketed)
    files = find_files(job.inputs)
    assert not files.problems
    assert [os.path.relpath(f.uri, bracketed) for f in files.files] == expected


def test_a_folder_of_the_job_that_is_a_pattern_reads_no_other_where_it_has_no_such_file(bracketed):
    for file in (bracketed / "data").glob("*.jsonl"):
        file.unlink()
    job = parse("name: j\ninputs: [{source: s, paths: ['data/*.jsonl']}]", folder=bracketed)
    assert "matches no file" in str(find_files(job.inputs).problems[0])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("{a,b}.jsonl", ["a.jsonl", "b.jsonl"]),
        ("part-{08..10}.jsonl", ["part-08.jsonl", "part-09.jsonl", "part-10.jsonl"]),
        ("part-{10..9}.jsonl", None),
        ("part-{0,1}{0,8}.jsonl", None),
        ("{d{1,2}}/x*.jsonl", ["x[1].jsonl"]),
        ("{d{1,2}}/{x,x}[1].jsonl", ["x[1].jsonl"]),
        ("{c,d}.jsonl", ["{c,d}.jsonl"]),
        ("{a}.jsonl", None),
        ("{a,}*.jsonl", ["a.jsonl", "b.jsonl", "part-08.jsonl", "part-09.jsonl", "part-10.jsonl", "{c,d}.jsonl"]),
    ],
)
def test_braces_are_written_out_where_nothing_of_that_name_is_there(tmp_path, path, expected):
    (tmp_path / "{d{1,2}}").mkdir()
    for name in ("a", "b", "part-08", "part-09", "part-10", "{c,d}", "{d{1,2}}/x[1]"):
        (tmp_path / f"{name}.jsonl").write_text("{}\n")
    if expected is None:
        assert wrong(f"{tmp_path}/{path}")
    else:
        assert names(f"{tmp_path}/{path}") == expected


def test_paths_that_braces_stand_for_and_that_are_missing_are_named(folder):
    assert "no-7.jsonl" in wrong(f"{folder}/{{a,no-7}}.jsonl")[0]
    assert wrong(f"{folder}/x-{{0..9}}.jsonl")[0].count("and 7 more") == 1
    assert "more than 1,000,000 paths" in wrong(f"{folder}/x-{{0..9000000}}.jsonl")[0]


def test_an_empty_file_of_a_folders_name_or_of_hadoop_is_no_file(tmp_path):
    """As `aws s3 sync` brings them from a store."""
    for name in ("in/a.jsonl", "in/sub_$folder$", "in/b.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("" if name.endswith("$") else "{}\n")
    assert names(f"{tmp_path}/in/") == names(f"{tmp_path}/in/*") == ["a.jsonl", "b.jsonl"]


@pytest.mark.thorough
def test_many_paths_of_a_job_that_are_missing_are_one_line(folder):
    told = wrong(*(f"{folder}/no-{i}.jsonl" for i in range(480)), f"{folder}/no/*.txt")
    assert len(told) == 2
    assert told[0].startswith("inputs[0].paths[0]: s: 480 paths: there is no such file or folder")
    assert told[0].endswith("no-2.jsonl and 477 more)")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("allenai/c4", "hf://datasets/allenai/c4"),
        ("datasets/allenai/c4/en/*.json.gz", "hf://datasets/allenai/c4/en/*.json.gz"),
        ("HuggingFaceFW/fineweb-2/data", "hf://datasets/HuggingFaceFW/fineweb-2/data"),
        ("https://huggingface.co/datasets/allenai/c4", "hf://datasets/allenai/c4"),
        ("https://huggingface.co/datasets/allenai/c4/tree/main/en", "hf://datasets/allenai/c4/en"),
        ("nowhere/a.jsonl", None),
        ("deep/nowhere", None),
        ("nowhere", None),
    ],
)
def test_an_id_of_the_hub_is_reported_with_its_address(folder, path, expected):
    job = parse(f"name: j\ninputs: [{{source: s, format: jsonl, paths: ['{path}']}}]", folder=folder)
    (told,) = map(str, find_files(job.inputs).problems)
    assert ("hf://" in told) == (expected is not None)
    assert expected is None or f"write {expected!r}" in told


UNFINISHED = (
    "b.jsonl.part",
    "c.jsonl.tmp",
    "c.tmp.12",
    "d.jsonl~",
    "#e.jsonl#",
    "f.crdownload",
    "g._COPYING_",
    "h.bak",
)


@pytest.mark.parametrize("path", ["", "/*", "/**", "/*.jsonl*", "/deep"])
def test_unfinished_files_are_passed_over_and_named(folder, path):
    for name in (*UNFINISHED, *(f"deep/{n}" for n in UNFINISHED)):
        (folder / name).write_text("{}\n")
    seen = found(f"{folder}{path}")
    assert not seen.problems
    assert {Path(f.uri).name for f in seen.files} <= {"a.jsonl", "b.jsonl", "c.jsonl"}
    told = seen.passed["s"]
    assert f"{folder}/{'deep/' if path == '/deep' else ''}b.jsonl.part" in told
    assert path == "/*.jsonl*" or len(told) == len(UNFINISHED) * (2 if path in ("", "/**") else 1)


@pytest.mark.parametrize("path", ["/b.jsonl.part", "/*.part", "/*/*.part", "/**/*.jsonl.part"])
def test_unfinished_files_that_the_path_names_are_read(folder, path):
    for name in ("b.jsonl.part", "deep/b.jsonl.part"):
        (folder / name).write_text("{}\n")
    seen = found(f"{folder}{path}")
    assert {Path(f.uri).name for f in seen.files} == {"b.jsonl.part"}
    assert not seen.passed
    assert not found(f"{folder}/*", f"{folder}/b.jsonl.part").passed


def test_a_folder_of_unfinished_files_alone_is_refused(folder):
    (folder / "new").mkdir()
    (folder / "new" / "a.jsonl.part").write_text("{}\n")
    (told,) = wrong(f"{folder}/new")
    assert "names nothing but unfinished files and older copies" in told
    assert "a.jsonl.part" in told


def test_a_file_of_several_names_is_a_remark(folder):
    (folder / "link.jsonl").symlink_to(folder / "a.jsonl")
    os.link(folder / "a.jsonl", folder / "hard.jsonl")
    assert not list(under_two_names(found(f"{folder}/[ab].jsonl", f"{folder}/a.jsonl").files))
    for paths in (["*.jsonl"], ["a.jsonl", "link.jsonl"], ["a.jsonl", "hard.jsonl"]):
        (told,) = under_two_names(found(*(f"{folder}/{path}" for path in paths)).files)
        assert told.startswith("s: 1 file has several names, and each name is read: ")
    (told,) = under_two_names(found(f"{folder}/a.jsonl", f"file://{folder}/a.jsonl").files)
    assert f"file://{folder}/a.jsonl" in told


def test_plan_says_what_is_passed_over(folder):
    for name in ("a.jsonl", "b.jsonl", "deep/c.jsonl", "x.jsonl.part"):
        (folder / name).write_text('{"text": "a"}\n')
    spec = InputSpec(source="s", paths=(str(folder),))
    remarks = survey([ValidPath(at=("inputs", 0, "paths", 0), path=str(folder), spec=spec)]).remarks
    assert [r for r in remarks if "1 file is passed over" in r and "x.jsonl.part" in r]
