"""What people see of clusters, and of bands and rows."""

from click.testing import CliRunner

from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.config.sections.dedup import DedupSpec
from corpusmill.pipeline.report.duplicates import clusters
from tests.dedup.test_rules import prose
from tests.dedup.workspace import Doc, Workspace


def test_the_largest_clusters_come_first_with_their_differences(tmp_path):
    ws = Workspace(tmp_path, DedupSpec(max_removed_share={}))
    ws.put([Doc(prose(1), "http://a/1", 9), Doc(prose(1, changed=(60,))), Doc(prose(2), "http://a/2")])
    ws.put([Doc(prose(3)), Doc(prose(3)), Doc(prose(3, changed=(50,))), Doc(prose(3, changed=(70,)))])
    outcome = ws.dedup()
    shown = list(clusters(ws.store, sorted(outcome.tables.values()), 5, units=set(outcome.tables)))
    assert [s.heading.split(" for")[0] for s in shown] == ["3 documents removed"] * 2 + ["1 documents removed"]
    assert "[-w1x60-] {+other+}" in shown[-1].text
    assert "equal words" in shown[-1].text


def test_clusters_of_some_shards_are_those_that_lost_a_document_there(tmp_path):
    ws = Workspace(tmp_path, DedupSpec(max_removed_share={}))
    ws.put([Doc(prose(1)), Doc(prose(2)), Doc(prose(2))])
    other = ws.put([Doc(prose(1)), Doc(prose(4))])
    outcome = ws.dedup()
    shown = list(clusters(ws.store, sorted(outcome.tables.values()), 5, units={other.unit}))
    assert [s.heading for s in shown] == [f"1 documents removed for {ws.ids[0]}; one of them, by text"]
    assert shown[0].facts["doc_id"] == ws.ids[3]
    assert "equal words" in shown[0].text, "the survivor, of another shard, is read too"


def test_tune_prints_the_curve_and_a_setting_to_copy():
    told = CliRunner().invoke(main, ["dedup", "tune", "--threshold", "0.8", "--bands", "14", "--rows", "8"])
    assert told.exit_code == 0
    assert "0.924" in told.output
    assert "bands: 14, rows: 8" in told.output


def test_tune_searches_when_nothing_is_chosen():
    told = CliRunner().invoke(main, ["dedup", "tune", "--threshold", "0.5", "--permutations", "64"])
    assert told.exit_code == 0
    assert "found half the time" in told.output
