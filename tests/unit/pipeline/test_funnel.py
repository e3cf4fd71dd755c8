"""The funnel counts records that are no documents by their kind."""

import pyarrow as pa

from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.papers.card import removed
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.report.funnel_of_stages import funnel, of_ingest
from corpusmill.pipeline.stages.ingest.losses import count_rules
from corpusmill.pipeline.steps.chain import Dropped


def test_skipped_records_are_counted_and_rows_of_bytes_alone_are_not():
    ingest = Tally()
    for kind, n in {"not_http": 38, "request": 120, "other_span": 2, "compression": 1}.items():
        ingest.add("skipped", kind, by=n)
    made = funnel([of_ingest(ingest)])
    assert made.skipped == {"not_http": 38, "request": 120}
    assert made.to_json()["skipped"] == {"not_http": 38, "request": 120}
    assert Funnel.from_json(made.to_json()).skipped == made.skipped


def test_what_each_rule_dropped_is_counted_by_language():
    ingest = Tally()
    for language, step, reason, n in (
        ("zh", "decide.bounds", "word_count", 3),
        ("zh", "decide.c4", "curly", 7),
        ("", "decide.url", "blocked", 2),
    ):
        ingest.add("by_language", "dropped", language, step, reason, by=n)
        ingest.add("gone", "dropped", "web", "", language, by=n)
    ingest.add("by_language", "failed", "", "read", "timeout", by=1)
    ingest.add("kept", "documents", "web", "", "zh", by=90)
    made = funnel([of_ingest(ingest)])
    assert list(made.lost_by_language["zh"].items()) == [("decide.c4: curly", 7), ("decide.bounds: word_count", 3)]
    assert made.lost_by_language[""] == {"decide.url: blocked": 2, "failed, read: timeout": 1}
    assert Funnel.from_json(made.to_json()).lost_by_language == made.lost_by_language
    assert "| zh | 100 | 90 | decide.c4: curly 7 (7.0%); decide.bounds: word\\_count 3 (3.0%) |" in removed(made)
    assert removed(funnel([])) == ""


def test_documents_that_leave_are_counted_under_language_step_and_reason():
    table = pa.table({"language": ["zh", "zh", None, "th"], "text": ["a", "b", "c", "d"]})
    reasons = pa.array(["short: 3", "short: 4", "short", "long"])
    tally = Tally()
    count_rules(Dropped("decide.x", "dropped", reasons, table), {}, tally)
    expected = {("zh", "decide.x", "short"): 2, ("", "decide.x", "short"): 1, ("th", "decide.x", "long"): 1}
    assert tally.below("by_language", "dropped") == expected
    tally = Tally()
    count_rules(Dropped("decide.x", "dropped", reasons, table), {"language": "ja"}, tally)
    assert tally.total("by_language", "dropped", "ja") == 4
