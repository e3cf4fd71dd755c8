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
HEADER = "SPDX-License-Identifier:"
NAMES = r"^[ \t]*(?P<names>.*?)[ \t]*(?:\*/|-->|[\r\n]|$)"  # behind it: up to the end of the comment or of the line
HEAD_CHARS = 2000  # of a file, where a comment about its licence stands; guess
CUT = "..."  # behind a head that the file goes on after, so that no name cut there looks whole
APART = r"[\s,;/|&()\[\]{}<>]+"
BETWEEN = ("and", "or")
EXCEPTION = r"(?i)\bwith\s+[a-z0-9.+-]*(?:exception|syscall-note)[a-z0-9.+-]*"  # permits more, never less


@dataclass(frozen=True, kw_only=True)
class CodeLicence(Signal):
    """Adds `code_licences`, names between commas, and `licence_allowed`; both null where no licence is known.

    columns: where the records may name licences, in words or lists of words; the first that an input has counts, and
    for documents without a name there, what the file itself says. allowed: SPDX names, compared without regard to case.
    """

    columns: tuple[str, ...] = ("licenses", "file_license", "license")
    allowed: tuple[str, ...] = PERMISSIVE

    version: ClassVar[int] = 2
    adds: ClassVar[Columns] = {"code_licences": pa.string(), "licence_allowed": pa.bool_()}

    def __post_init__(self) -> None:
        if not self.allowed:
            raise ValueError("allowed must name at least one licence, e.g. [MIT]")

    def measure(self, batch: Batch) -> Arrays:
        names = in_file(batch.column("text"))
        column = next((name for name in self.columns if name in batch.table.column_names), None)
        if column is not None:
            names = pc.coalesce(listed(batch.column(column)), names)
        names = pc.if_else(pc.equal(pc.utf8_trim_whitespace(names), ""), pa.scalar(None, pa.string()), names)
        return {"code_licences": names, "licence_allowed": all_in(names, self.allowed)}


def in_file(text: pa.Array) -> pa.Array:
    """What the heads of files say behind HEADER, all such lines joined; null without any.

    >>> in_file(pa.array(["// SPDX-License-Identifier: MIT and X11\\n", "x = 1"])).to_pylist()
    ['MIT and X11', None]
    """
    cut = pc.if_else(pc.greater(pc.utf8_length(text), HEAD_CHARS), CUT, "").cast(text.type)
    head = pc.binary_join_element_wise(pc.utf8_slice_codeunits(text, 0, HEAD_CHARS), cut, pa.scalar("", text.type))
    pieces = pc.split_pattern(head, HEADER)
    rows = pc.list_parent_indices(pieces).to_numpy()
    behind = np.diff(rows, prepend=-1) == 0  # not what is before the first
    names = pc.struct_field(pc.extract_regex(pieces.flatten().filter(pa.array(behind)), NAMES), "names").cast(
        pa.string()
    )
    ends = np.concatenate([[0], np.cumsum(np.bincount(rows[behind], minlength=len(text)))])
    return listed(pa.ListArray.from_arrays(pa.array(ends, pa.int32()), names))


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
    """Whether each of the names of a text is among these, and there is one; null for a null.

    >>> all_in(pa.array(["mit", "MIT, GPL-3.0", "(MIT OR Zlib)", "()", None]), ("MIT", "Zlib")).to_pylist()
    [True, False, True, False, None]
    """
    bare = pc.replace_substring_regex(pc.fill_null(names, ""), EXCEPTION, "")
    parts = pc.split_pattern_regex(bare, APART)
    flat, rows = pc.utf8_lower(parts.flatten()), pc.list_parent_indices(parts).to_numpy()
    known = pc.is_in(flat, value_set=pa.array([name.lower() for name in allowed])).to_numpy(zero_copy_only=False)
    no_name = pc.or_(
        pc.is_in(flat, value_set=pa.array(BETWEEN)), pc.invert(pc.match_substring_regex(flat, r"[\pL\pN]"))
    )
    fits = np.zeros(len(names), np.bool_)
    fits[rows[known]] = True
    fits[rows[~known & ~no_name.to_numpy(zero_copy_only=False)]] = False
    return pa.array(fits, mask=names.is_null().to_numpy(zero_copy_only=False))
