"""Lines that stand in many documents: menus, footers, cookie notes, "all rights reserved".

Source:   Wenzek et al. 2020 (CCNet), arXiv:1911.00359, section 3.1: paragraphs seen elsewhere are removed by hash,
          before the language of what is left is told.
Deviates: CCNet keeps a paragraph the first time it is seen; here a line goes everywhere once more than `max_documents`
          documents hold it, so that what is removed does not depend on the order of documents. CCNet lower-cases and
          replaces digits before it hashes; here lines are compared as they stand.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Rewrite
from corpusmill.operators.text.line_cut import line_places, lines_dropped, without_lines
from corpusmill.operators.text.line_hashes import among, documents_holding, line_hash, line_hashes
from corpusmill.operators.text.spans import spans_of

HASH = np.dtype("<u8")


def without_common(text: str, hashes: set[int], min_chars: int) -> str:
    """`text` without the lines whose `line_hash` is one of `hashes`; 0 is none.

    >>> without_common("Home | Search\\nTea is hot.\\nHome | Search", {line_hash("Home | Search", 5)}, 5)
    'Tea is hot.'
    """
    return "\n".join(line for line in text.split("\n") if not (h := line_hash(line, min_chars)) or h not in hashes)


@dataclass(frozen=True, kw_only=True)
class CommonLines(Rewrite):
    """Adds `common_lines_removed` and `common_chars_removed`, line feeds included.

    max_documents: a line that more documents of the job hold is removed from all of them (guess: 10; every crawled copy
    of a page counts). min_chars: shorter lines stay, white space around them not counted (guess: 10, they are table
    cells and list marks). found: sorted 64-bit hashes of the lines to remove, little-endian; by default the stage
    `lines` counts every line of the job and finds them.
    """

    max_documents: int = 10
    min_chars: int = 10
    found: Resource | None = None

    adds: ClassVar[Columns] = {"common_lines_removed": pa.int32(), "common_chars_removed": pa.int32()}
    stage: ClassVar[str] = "lines"

    def __post_init__(self) -> None:
        if self.max_documents < 1 or self.min_chars < 1:
            raise ValueError(f"max_documents and min_chars must be at least 1; got {self}")

    def gathering(self) -> Any:
        return [self.version, self.min_chars]

    def combining(self) -> Any:
        return self.max_documents

    def gather(self, batch: Batch) -> tuple[np.ndarray, np.ndarray]:
        """Hashes of the lines of a batch, sorted, and how many of its documents hold each."""
        texts = spans_of(batch.column("text"))
        lines = line_places(texts)
        return documents_holding(lines, line_hashes(texts, lines, self.min_chars))

    def rewrite(self, batch: Batch) -> Arrays:
        wanted = np.frombuffer(self.found.read() if self.found else b"", HASH)
        before = batch.column("text")
        texts = spans_of(before)
        lines = line_places(texts)
        dropped = among(line_hashes(texts, lines, self.min_chars), wanted)
        if not dropped.any():
            return dict.fromkeys(self.adds, pa.array(np.zeros(batch.num_rows, np.int32))) | {"text": before}
        null = before.is_null().to_numpy(zero_copy_only=False)
        after = without_lines(texts, lines, dropped, null)
        gone = pc.fill_null(pc.subtract(pc.utf8_length(before), pc.utf8_length(after)), 0)
        return {
            "text": after.cast(TEXT),
            "common_lines_removed": pa.array(lines_dropped(lines, dropped)),
            "common_chars_removed": gone.cast(pa.int32()),
        }
