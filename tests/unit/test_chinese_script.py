"""Chinese is written in one kind of characters; other languages that use Han characters stay as they are."""

import pyarrow as pa
import pytest

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.rewrite.chinese_script import ChineseScript


def rewritten(texts, languages, **params):
    table = pa.table({"text": pa.array(texts, TEXT), "language": pa.array(languages, pa.string())})
    out = ChineseScript(**params)(Batch(table)).table
    return out["text"].to_pylist(), out["chinese_script_chars"].to_pylist()


def test_only_chinese_is_rewritten_and_changes_are_counted():
    texts = ["漢字轉換，後來", "図書館の倉庫", "漢字", "Tea", None]
    found, counts = rewritten(texts, ["zh-Hant", "ja", None, "zh", "zh"])
    assert found == ["汉字转换，后来", "図書館の倉庫", "漢字", "Tea", None]
    assert counts == [5, 0, 0, 0, 0]


def test_without_a_language_every_document_with_a_han_character_is():
    assert rewritten(["漢字"], [None], language_column=None) == (["汉字"], [1])
    assert rewritten(["头发和发展"], ["zh"], to="s2t") == (["頭髮和發展"], [3])


def test_a_configuration_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="to must be one of"):
        ChineseScript(to="t2j")
