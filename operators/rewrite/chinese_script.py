"""Writes Chinese in simplified or in traditional characters, by OpenCC.

Source:   OpenCC (Open Chinese Convert), its configurations s2t, t2s, s2tw, tw2s, s2hk, hk2s, s2twp, tw2sp.
Deviates: documents without a Han character are not given to it, nor are those in Japanese or Korean where a language
          column says so: their Han characters are no Chinese.
"""

import functools
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.extras import library
from corpusmill.operators.text.changes import chars_missing, counts_at, documents_at, put_back

CONFIGURATIONS = ("s2t", "t2s", "s2tw", "tw2s", "s2hk", "hk2s", "s2twp", "tw2sp", "t2tw", "tw2t", "t2hk", "hk2t")
CHINESE = ("zh", "yue", "wuu", "lzh", "hak", "nan", "gan", "cmn", "zho")
HAN = r"\p{Han}"


@dataclass(frozen=True, kw_only=True)
class ChineseScript(Rewrite):
    """Adds `chinese_script_chars`: characters that others replaced. Needs the extra: `pip install corpusmill[chinese]`.

    to: a configuration of OpenCC: t2s writes simplified characters, s2t traditional ones, s2tw and s2hk those of Taiwan
    and Hong Kong, s2twp also with the words of Taiwan. language_column: only documents whose language is Chinese there;
    null: every document with a Han character, Japanese ones among them.
    """

    to: str = "t2s"
    language_column: str | None = "language"

    libraries: ClassVar[tuple[str, ...]] = ("opencc",)
    reads: ClassVar[Columns] = {"text": TEXT, "language": pa.string()}
    adds: ClassVar[Columns] = {"chinese_script_chars": pa.int32()}

    def __post_init__(self) -> None:
        if self.to not in CONFIGURATIONS:
            raise ValueError(f"to must be one of {', '.join(CONFIGURATIONS)}, got {self.to!r}")
        converter(self.to)

    def columns_read(self) -> Columns:
        return {"text": TEXT, **({self.language_column: pa.string()} if self.language_column else {})}

    def rewrite(self, batch: Batch) -> Arrays:
        texts = batch.column("text")
        chosen = pc.fill_null(pc.match_substring_regex(texts, pattern=HAN), False)
        if self.language_column is not None:
            languages = pc.utf8_lower(batch.column(self.language_column))
            spoken = pc.list_element(pc.split_pattern_regex(pc.fill_null(languages, ""), pattern="[_-]"), 0)
            chosen = pc.and_(chosen, pc.is_in(spoken, value_set=pa.array(CHINESE)))
        rows = np.flatnonzero(chosen.to_numpy(zero_copy_only=False))
        before = documents_at(texts, rows)
        after = [converter(self.to).convert(text) for text in before]
        counts = [chars_missing(a, b) for a, b in zip(before, after, strict=True)]
        return {"text": put_back(texts, rows, after), "chinese_script_chars": counts_at(len(texts), rows, counts)}


@functools.cache
def converter(configuration: str) -> Any:
    """An OpenCC of this configuration; ValueError where the library is not installed."""
    return library("opencc", name="opencc", extra="chinese").OpenCC(configuration)
