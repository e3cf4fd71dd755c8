"""Takes addresses of web pages out of the text.

Source:   Penedo et al. 2023 (RefinedWeb), arXiv:2306.01116, section 3.1: after extraction "all URLs" are removed; Li et
          al. 2024 (DCLM), arXiv:2406.11794, reproduce it.
Deviates: an address begins with http://, https://, ftp:// or www. and ends before what is not ASCII; DCLM also removes
          what merely ends in a top-level domain ("example.com", and "end.So" with a missing space), and bare IPv4
          addresses (see rewrite.pii).
"""

import re
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite

# Read alike by Python's re and by RE2, which does the work. A closing dot, comma, ... belongs to the sentence.
ADDRESS = (
    r"[ \t]*\b(?:(?:[hH][tT][tT][pP][sS]?|[fF][tT][pP])://|[wW][wW][wW]\.)"
    r"[-a-zA-Z0-9()@:%_+.~#?&/=,;!*'$]*[-a-zA-Z0-9(@%_+~#&/=*$]"
)


def without_urls(text: str) -> str:
    """`text` without addresses and the spaces before them.

    >>> without_urls("See https://example.com/a?b=c, or www.example.com.\\nhttp://")
    'See, or.\\nhttp://'
    """
    return re.sub(ADDRESS, "", text, flags=re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Urls(Rewrite):
    """Adds `urls_removed`, how many; 0 for a null."""

    adds: ClassVar[Columns] = {"urls_removed": pa.int32()}

    def rewrite(self, batch: Batch) -> Arrays:
        text = batch.column("text")
        counts = pc.count_substring_regex(text, ADDRESS)
        return {
            "text": pc.replace_substring_regex(text, ADDRESS, ""),
            "urls_removed": counts.fill_null(0).cast(pa.int32()),
        }
