"""Empty objects that stand for folders are no inputs, no outputs and nobody's files, in an S3 store over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
import s3fs

from corpusmill.cluster.first_word import FirstWord
from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.files.dataset_layout import foreign
from corpusmill.pipeline.inputs.paths import named
from corpusmill.pipeline.preflight.checks import check

MARKERS = ("in/", "in_$folder$", "in/sub/", "in/sub_$folder$", "in/sub", "in/none/")
LINE = b'{"text": "some words"}\n'


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A file system with an empty bucket `marked`."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    fs = s3fs.S3FileSystem(endpoint_url=s3, use_listings_cache=False)
    fs.mkdir("marked")
    yield fs
    for each in fs.call_s3("list_objects_v2", Bucket="marked").get("Contents", ()):
        fs.call_s3("delete_object", Bucket="marked", Key=each["Key"])
    fs.rmdir("marked")


def put(fs: Any, *keys: str, body: bytes = b"") -> None:
    for key in keys:
        fs.call_s3("put_object", Bucket="marked", Key=key, Body=body)


@pytest.mark.thorough
@pytest.mark.parametrize("path", ["in/", "in", "in/**", "in/*", "in/sub", "*/sub/*", "list"])
@pytest.mark.parametrize("format_", ["auto", "parquet"])
def test_markers_are_no_inputs(bucket, s3, path, format_):
    put(bucket, *MARKERS)
    put(bucket, "in/a.jsonl", "in/sub/b.jsonl", body=LINE)
    put(bucket, "list.paths", body=b"s3://marked/in/sub\ns3://marked/in/a.jsonl\n")
    storage = {"endpoint_url": s3}
    address = f"s3://marked/{path}" + (".paths" if path == "list" else "")
    found = named(address, InputSpec(source="s", paths=(address,), format=format_, storage=storage), FirstWord())
    wanted = {"in/sub": ["b"], "*/sub/*": ["b"], "in/*": ["a"]}.get(path, ["a", "b"])
    assert found.wrong == []
    assert sorted(f.uri.rpartition("/")[2] for f in found.files) == [f"{name}.jsonl" for name in wanted]


@pytest.mark.thorough
def test_a_folder_of_markers_alone_holds_no_file(bucket, s3):
    put(bucket, *MARKERS)
    spec = InputSpec(source="s", paths=("s3://marked/in/",), storage={"endpoint_url": s3})
    (told,) = named("s3://marked/in/", spec, FirstWord()).wrong
    assert "is a folder and holds no file" in told


@pytest.mark.thorough
def test_markers_in_workspace_and_output_are_nobodys_files(bucket, s3):
    markers = ("out/", "out/sub/", "out/sub_$folder$", "out/x", "out/x/", "work/", "work/units/", "work/units_$folder$")
    put(bucket, *markers)
    put(bucket, "in/a.jsonl", body=LINE)
    store = Store("s3://marked/out", {"endpoint_url": s3})
    assert foreign(store) is None
    assert store.files() == store.unfinished() == []
    storage = f"storage: {{endpoint_url: '{s3}'}}"
    job = f"""
name: j
workspace: s3://marked/work
output: s3://marked/out
{storage}
inputs: [{{source: a, paths: [s3://marked/in/], {storage}}}]
"""
    assert [file.uri for file, _, _ in check(parse(job))] == ["s3://marked/in/a.jsonl"]
    put(bucket, "out/sub/theirs.txt", body=b"mine")
    put(bucket, "out/sub/_SUCCESS")
    assert foreign(store) in ("sub/theirs.txt", "sub/_SUCCESS")
    assert [file.uri for file in store.files()] == ["sub/_SUCCESS", "sub/theirs.txt"]


def test_a_missing_bucket_is_called_so(bucket, s3, tmp_path):
    storage = f"storage: {{endpoint_url: '{s3}'}}"
    inputs = f"inputs: [{{source: a, paths: [s3://nosuch/a.jsonl, 's3://nosuch/*', s3://marked/x.jsonl], {storage}}}]"
    with pytest.raises(InputError) as error:
        check(parse(f"name: j\noutput: s3://nowhere/out\n{storage}\n{inputs}", folder=tmp_path))
    told = str(error.value).splitlines()
    assert sum("there is no bucket 'nosuch' in this store; correct its name" in line for line in told) == 2
    assert sum("output: there is no bucket 'nowhere'" in line for line in told) == 1
    assert sum("there is no such file or folder" in line for line in told) == 1
    assert len(told) == 4
