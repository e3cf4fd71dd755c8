"""Every published dataset that has a name here: its sample is read by the reader that a job would read it with."""

import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from corpusmill.errors import InputError, JobError
from corpusmill.operators.contract import RECORD
from corpusmill.operators.file_format import Span
from corpusmill.operators.sniff import sniff
from corpusmill.pipeline import datasets
from corpusmill.pipeline.commands import named_datasets as commands
from corpusmill.pipeline.config.base.formats import reader_name
from corpusmill.pipeline.config.build.readers import build_reader
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.config.sections.datasets import NamedDataset, dataset_names, named_dataset
from corpusmill.pipeline.config.sections.inputs import InputSpec


def job(text: str) -> InputSpec:
    return parse(f"name: j\ninputs: [{{{text}}}]\ndocuments: []\n").inputs[0]


def stored(found: NamedDataset) -> bytes:
    """The sample as a file of the kind that the dataset is published in."""
    name = found.file
    if name.endswith(".parquet"):
        out = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(list(found.sample)), out)
        return out.getvalue()
    if name.endswith(".tsv"):
        return "".join("\t".join(record.values()) + "\n" for record in found.sample).encode()
    if name.endswith(".json"):
        return json.dumps(list(found.sample)).encode()
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in found.sample).encode()
    if name.endswith(".gz"):
        return gzip.compress(lines, mtime=0)
    return zstandard.compress(lines) if name.endswith(".zst") else lines


def read(spec: InputSpec, data: bytes) -> list[dict]:
    """Documents and failed rows, as plain values."""
    reader = build_reader(spec, reader_name(spec.format))
    rows = [row for batch in reader(io.BytesIO(data), Span(0, len(data))) for row in batch.to_pylist()]
    return [row for row in rows if row["skipped"] is None]


def plain(row: dict) -> dict:
    """The columns of a document that hold something, times as text, turns without what they lack."""
    told = {k: v for k, v in row.items() if k not in RECORD and v is not None}
    told |= {k: [without_nulls(turn) for turn in told[k]] for k in ("conversation", "chosen", "rejected") if k in told}
    return {k: f"{v:%Y-%m-%dT%H:%M:%SZ}" if k == "fetched_at_utc" else v for k, v in told.items()}


def without_nulls(turn: dict) -> dict:
    return {k: v for k, v in turn.items() if v is not None}


def test_there_are_thirty():
    assert len(dataset_names()) == 30


@pytest.mark.parametrize("name", dataset_names())
def test_a_sample_is_read_as_its_description_says(name):
    found = named_dataset(name)
    assert found.name == name
    spec = job(f"dataset: {name}, paths: [x]")
    assert spec.source == name
    rows = read(spec, stored(found))
    assert [row["failure"] for row in rows] == [None] * len(rows)
    assert [plain(row) for row in rows] == [dict(each) for each in found.gives]


@pytest.mark.parametrize("name", dataset_names())
def test_files_as_they_are_published_are_of_the_format_named(name):
    found = named_dataset(name)
    told = sniff(found.file, stored(found)[:4096]).reader
    assert told == reader_name(job(f"dataset: {name}, paths: [x]").format)


@pytest.mark.parametrize("name", dataset_names())
def test_a_description_has_what_a_paper_needs(name):
    found = named_dataset(name)
    spec = job(f"dataset: {name}, paths: [x]")
    assert spec.origin is not None
    assert spec.domain is not None or "domain" in spec.columns or name == "redpajama-v1"
    assert found.facts.source
    assert found.citation


def test_every_file_is_a_dataset_and_samples_are_no_copies():
    assert {f.stem for f in Path(datasets.__path__[0]).glob("*.yaml")} == set(dataset_names())
    for name in dataset_names():
        for url in [str(each.get("url", "")) for each in named_dataset(name).gives]:
            assert url == "" or "example.org" in url, name


def test_what_the_job_writes_wins():
    spec = job("dataset: c4, paths: [x], source: mine, language: sv, columns: {date: null, crawl: id}, priority: 3")
    assert (spec.source, spec.language, spec.priority) == ("mine", "sv", 3)
    assert dict(spec.columns) == {"url": "url", "crawl": "id"}


def test_a_fixed_domain_takes_the_place_of_a_field_and_the_other_way_round():
    assert job("dataset: pile, paths: [x], domain: law").domain == "law"
    assert "domain" not in job("dataset: pile, paths: [x], domain: law").columns
    spec = job("dataset: c4, paths: [x], columns: {domain: url}")
    assert (spec.domain, spec.columns["domain"]) == (None, "url")


def test_a_column_that_is_left_out_has_no_type():
    assert "stars" not in job("dataset: starcoderdata, paths: [x], columns: {stars: null}").types


def test_an_unknown_name_is_reported_with_one_that_is_like_it():
    with pytest.raises(JobError, match=r"no dataset 'finweb'; did you mean 'fineweb'\?"):
        job("dataset: finweb, paths: [x]")


def test_the_command_lists_all_and_shows_one(capsys):
    commands.listed(as_json=True)
    assert [each["name"] for each in json.loads(capsys.readouterr().out)["datasets"]] == list(dataset_names())
    commands.shown("pile", as_json=False)
    told = capsys.readouterr().out
    assert "columns: {domain: meta.pile_set_name}" in told
    assert "arXiv:2101.00027" in told
    with pytest.raises(InputError, match="did you mean 'fineweb'"):
        commands.shown("finweb", as_json=False)
