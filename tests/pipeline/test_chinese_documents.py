"""The steps of the page on Chinese corpora keep and drop 200 Chinese documents nearly as a reader does."""

from collections import Counter

import pytest

from benchmarks.gold_chinese import decisions, gold

WHY = {"alias", "stub", "english", "template"}


def test_there_are_200_documents_and_each_that_goes_has_a_reason():
    judged = gold()
    assert len({row.id for row in judged}) == 200
    verdicts = Counter(row.keep for row in judged)
    assert min(verdicts[True], verdicts[False]) >= 60
    assert all(bool(row.why) != row.keep for row in judged)
    assert {row.why for row in judged if row.why} == WHY


@pytest.mark.thorough
def test_steps_of_the_page_agree_with_a_reader(corpora):
    found = decisions(corpora / "docs")
    unlike = [row for row in found if not row.alike]
    assert len(unlike) <= 20, unlike
    # What the steps drop against the reader is short, nothing else.
    assert {row.reason for row in unlike if row.judged.keep} == {"han_chars<100"}
    assert sum(row.reason is None for row in unlike) <= 3
    reasons = Counter((row.judged.why, row.reason) for row in found if row.judged.why in ("english", "template"))
    assert sum(n for (_, reason), n in reasons.items() if reason is not None) >= 30
