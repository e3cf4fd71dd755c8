"""Whether the licences of a source file are on a list of those that a dataset may hold.

Source:   Kocetkov et al. 2022 (The Stack), arXiv:2211.15533, section 3.2: source files under permissive licences alone;
          SPDX specification 2.3, annex E: `SPDX-License-Identifier` in a comment of the file.
Deviates: the list is shorter than The Stack's; a file with several licences needs all of them on it, OR among them too.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal

PERMISSIVE = (
    *("0BSD", "AFL-3.0", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Clear", "BSL-1.0"),
    *("CC-BY-4.0", "CC0-1.0", "ECL-2.0", "ISC", "MIT", "MIT-0", "MS-PL", "NCSA", "PostgreSQL", "Python-2.0", "UPL-1.0"),
    *("Unlicense", "WTFPL", "X11", "Zlib"),
)
HEADER = r"SPDX-License-Identifier:[ \t]*(?P<names>[A-Za-z0-9.+()-]+(?: +(?:AND|OR|WITH) +[A-Za-z0-9.+()-]+)*)"
HEAD_CHARS = 2000  # of a file, where a comment about its licence stands; guess
APART = r"[\s,;()]+(?:(?:AND|OR|and|or)[\s,;()]+)?"


@dataclass(frozen=True, kw_only=True)
class CodeLicence(Signal):
    """Adds `code_licences`, names between commas, and `licence_allowed`; both null where no licence is known.

    columns: where the records may name licences, in words or lists of words; the first that an input has counts, and
    for documents without a name there, what the file itself says. allowed: SPDX names, compared without regard to case.
    """

    columns: tuple[str, ...] = ("licenses", "file_license", "license")
    allowed: tuple[str, ...] = PERMISSIVE

    adds: ClassVar[Columns] = {"code_licences": pa.string(), "licence_allowed": pa.bool_()}

    def __post_init__(self) -> None:
        if not self.allowed:
            raise ValueError("allowed must name at least one licence, e.g. [MIT]")

    def measure(self, batch: Batch) -> Arrays:
        text = batch.column("text")
        head = pc.utf8_slice_codeunits(text, 0, HEAD_CHARS)
        names = pc.struct_field(pc.extract_regex(head, HEADER), "names").cast(pa.string())
        column = next((name for name in self.columns if name in batch.table.column_names), None)
        if column is not None:
            names = pc.coalesce(listed(batch.column(column)), names)
        names = pc.if_else(pc.equal(pc.utf8_trim_whitespace(names), ""), pa.scalar(None, pa.string()), names)
        return {"code_licences": names, "licence_allowed": all_in(names, self.allowed)}


def listed(licences: pa.Array) -> pa.Array:
    """Names of licences, words or lists of words, as one text each; null without any.

    >>> listed(pa.array([["MIT", "GPL-3.0"], [], None])).to_pylist()
    ['MIT, GPL-3.0', None, None]
    """
    if pa.types.is_list(licences.type):
        licences = pc.binary_join(licences.cast(pa.list_(pa.string())), ", ")
    licences = licences.cast(pa.string())
    return pc.if_else(pc.equal(licences, ""), pa.scalar(None, pa.string()), licences)


def all_in(names: pa.Array, allowed: tuple[str, ...]) -> pa.Array:
    """Whether each of the names of a text is among these; null for a null.

    >>> all_in(pa.array(["mit", "MIT, GPL-3.0", "(MIT OR Zlib)", None]), ("MIT", "Zlib")).to_pylist()
    [True, False, True, None]
    """
    parts = pc.split_pattern_regex(pc.fill_null(names, ""), APART)
    flat = pc.utf8_lower(parts.flatten())
    known = pc.is_in(flat, value_set=pa.array(["", *(name.lower() for name in allowed)]))
    other = pc.list_parent_indices(parts).to_numpy()[~known.to_numpy(zero_copy_only=False)]
    fits = np.ones(len(names), np.bool_)
    fits[other] = False
    return pa.array(fits, mask=names.is_null().to_numpy(zero_copy_only=False))
