"""An update that may take rows twice is warned of, with the rules that prevent it."""

import pytest

from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.run.doubled import doubled
from corpusmill.pipeline.workspace.inventory import numbered
from tests.unit.pipeline.test_taken_out import files

JOB = "name: j\ninputs: [{{source: a, paths: ['a*.jsonl']{more}}}]\ndedup: {{{dedup}}}"
OFF = "text: false, near: off, url: off"


def remarks(dedup: str, more: str = "", after: str = "2") -> list[str]:
    first = numbered([], files("a1", "a2"), update=False)
    spec = parse(JOB.format(more=more, dedup=dedup))
    replaced = {i.source for i in spec.inputs if i.when_changed == "replace"}
    now = files("a1", etag=after) + files("a3")  # a1 changed, a2 is gone, a3 is new
    published = {s.number for s in first.current}
    return [*doubled(spec, numbered(first.all, now, update=True, published=published, replaced=replaced))]


@pytest.mark.parametrize(("dedup", "more"), [(OFF, ""), ("text: false, near: off", "")])
def test_rows_come_twice_where_nothing_removes_the_copies(dedup, more):
    (told,) = remarks(dedup, more)
    assert told.startswith("a: 1 changed file is read again, and what was made of the earlier content stays (/a1): ")
    assert "set `when_changed: replace` for this source, or `dedup.text: true`" in told


@pytest.mark.parametrize(
    ("dedup", "more", "after"),
    [
        ("text: true, near: off", "", "2"),
        ("text: false", "", "2"),
        ("text: false, near: off", ", columns: {url: link}", "2"),
        (OFF, ", when_changed: replace", "2"),
        (OFF, "", "1"),
    ],
)
def test_they_do_not_where_something_does_or_nothing_changed(dedup, more, after):
    assert remarks(dedup, more, after) == []
