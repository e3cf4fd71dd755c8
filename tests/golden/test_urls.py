"""What rewrite.urls gives for lines made by hand. A change here is a change of output: raise `version`."""

import pyarrow as pa
import pytest

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.rewrite.urls import Urls


@pytest.mark.parametrize(
    ("text", "first", "removed"),
    [
        ("See https://example.com/a?b=c, or www.example.com.", "See, or.", 2),
        ("HTTP://EXAMPLE.COM/ it is\nftp://example.org/f", " it is\n", 2),
        ("(http://example.com/x)", "()", 1),
        ("example.com and http:// and xhttp://y stay", "example.com and http:// and xhttp://y stay", 0),
        ("è http://example.com/été http://例え.jp", "èété http://例え.jp", 1),
        ("", "", 0),
        (None, None, 0),
    ],
)
def test_urls(text, first, removed):
    table = Urls()(Batch(pa.table({"text": pa.array([text], TEXT)}))).table
    assert table.to_pylist() == [{"text": first, "urls_removed": removed}]
