"""What each verb holds an operator to, beside the types of its columns."""

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pytest

from corpusmill.errors import ContractError
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns, Extract, Rewrite


@dataclass(frozen=True, kw_only=True)
class Swaps(Rewrite):
    """Makes the second text null, and a text of the null one."""

    adds: ClassVar[Columns] = {}

    def rewrite(self, batch: Batch) -> Arrays:
        return {"text": batch.column("text").take(pa.array([0, 2, 1]))}


@dataclass(frozen=True, kw_only=True)
class Renumbers(Extract):
    """Adds a column that is there."""

    adds: ClassVar[Columns] = {"url": pa.string()}

    def extract(self, batch: Batch) -> Arrays:
        gone = pa.nulls(batch.num_rows, pa.string())
        return {"text": pa.array(["x"] * batch.num_rows, TEXT), "failure": gone, "url": gone}


def test_a_rewrite_neither_loses_a_text_nor_makes_one():
    batch = Batch(pa.table({"text": pa.array(["a", "b", None], TEXT)}))
    with pytest.raises(ContractError, match="Swaps: text must be null where it was, and nowhere else"):
        Swaps()(batch)


def test_an_extract_does_not_overwrite_what_the_reader_gave():
    batch = Batch(pa.table({"content": pa.array([b"x"], pa.large_binary()), "url": ["https://a.example/"]}))
    with pytest.raises(ContractError, match="Renumbers would overwrite column 'url'"):
        Renumbers()(batch)
