"""The funnel counts records that are no documents by their kind."""

from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.report.funnel import Funnel, funnel, of_ingest


def test_skipped_records_are_counted_and_rows_of_bytes_alone_are_not():
    ingest = Tally()
    for kind, n in {"not_http": 38, "request": 120, "other_span": 2, "compression": 1}.items():
        ingest.add("skipped", kind, by=n)
    made = funnel([of_ingest(ingest)])
    assert made.skipped == {"not_http": 38, "request": 120}
    assert made.to_json()["skipped"] == {"not_http": 38, "request": 120}
    assert Funnel.from_json(made.to_json()).skipped == made.skipped
