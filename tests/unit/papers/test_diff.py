"""Two datasets are compared by what lies beside them; a dataset without counts is compared as far as it goes."""

import json

import pytest
from click.testing import CliRunner

from corpusmill.cluster.storage import Store
from corpusmill.errors import InvalidDataset
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.diff.compare import Side, compare
from corpusmill.pipeline.profile.count import counted, to_json
from tests.unit.papers.test_profile import table


def dataset(folder, rows, temperature):
    folder.mkdir()
    part = {"name": "part-00000-of-00001.parquet", "bytes": 1, "documents": 1, "sequences": 1, "tokens": 1}
    sums = {"documents": len(rows), "sequences": 3, "tokens": sum(r[3] for r in rows)}
    (folder / "_manifest.json").write_text(json.dumps({"name": "small", **sums, "parts": [part]}))
    if rows:
        (folder / "_profile.json").write_text(json.dumps(to_json(counted(table(rows)))))
    job = {"mix": {"temperature": temperature}, "output": str(folder)}
    (folder / "_run.json").write_text(json.dumps({"job": job}))
    return str(folder)


@pytest.fixture
def two(tmp_path):
    before = [("en", "stays.org", 100, 10)] * 50 + [("de", "goes.org", 100, 10)] * 50
    after = [("en", "stays.org", 400, 10)] * 90 + [("fr", "<b>new</b>.org", 400, 10)] * 10
    return dataset(tmp_path / "a", before, 1.0), dataset(tmp_path / "b", after, 3.3)


def test_shares_sites_and_drift_are_those_of_the_counts(two):
    found = compare(*(Side.at(Store(url)) for url in two))
    english = next(s for s in found.shares["language"] if s.value == "en")
    assert english.documents == (50, 90)
    assert english.change == pytest.approx(0.4)
    assert [s.value for s in found.vanished_sites] == ["goes.org"]
    assert len(found.new_sites) == 1
    assert {d.of for d in found.drifts if d.psi > 0.2} == {"word_count", "language", "site"}
    assert json.loads(json.dumps(found.to_json()))["amounts"]["documents"] == [100, 100]


def test_the_command_prints_them_and_what_changed_in_the_job(two):
    done = CliRunner().invoke(main, ["diff", *two])
    assert done.exit_code == 0, done.output
    assert "mix.temperature: 1.0 -> 3.3" in done.output
    rows = {line.partition("  ")[0]: line.split()[-3:-1] for line in done.output.splitlines()}
    assert rows["documents"] == rows["document copies"] == ["100", "100"]
    (words,) = [line.split()[3:] for line in done.output.splitlines() if line.startswith("word_count")]
    assert words == ["96", "to", "104", "384", "to", "416"]  # a median of 100 words was told as 96
    assert "vanished sites: 1\n  goes.org: 50 documents, 500 tokens" in done.output
    assert "output" not in done.output.split("the jobs differ:")[1]


def test_the_structure_is_printed_as_json(two):
    done = CliRunner().invoke(main, ["diff", "--json", *two])
    assert set(json.loads(done.output)["shares"]) == {"source", "domain", "language", "license"}


def test_a_dataset_without_counts_is_compared_by_its_amounts(two, tmp_path):
    old = dataset(tmp_path / "old", [], 1.0)
    done = CliRunner().invoke(main, ["diff", old, two[1]])
    assert done.exit_code == 0, done.output
    assert "has no _profile.json: only its amounts are compared" in done.output


def test_a_folder_without_a_dataset_is_an_error(two, tmp_path):
    with pytest.raises(InvalidDataset, match="there is no dataset"):
        Side.at(Store(str(tmp_path)))
