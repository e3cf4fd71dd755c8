"""Masks personal data and secrets: e-mail, telephone, public IP, bank card, IBAN, identity numbers, keys.

Source:   RFC 5321, RFC 2606, E.164, ISO/IEC 7812, ISO 13616, RFC 7468, GB 11643, GB 32100; national telephone numbers
          by the metadata of libphonenumber; masking before training as in Dolma (arXiv:2402.00159, section 5.3) and
          FineWeb (arXiv:2406.17557, section 3.6).
Deviates: from both: reserved names (example.com), private addresses, versions, dates and failed check sums stay as they
          are, and so do addresses below no real top-level domain, decimal fractions, coordinates and hexadecimal dumps;
          e-mail addresses and digits are looked for in ASCII only (rewrite.fold before it folds full-width digits).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.rewrite.personal.batch import find_all
from corpusmill.operators.rewrite.personal.find import Finding, Kind, find
from corpusmill.operators.text.changes import counts_at, put_back
from corpusmill.operators.text.spans import spans_of

PLACEHOLDERS = {
    "secret": "<SECRET>",
    "email": "<EMAIL>",
    "iban": "<IBAN>",
    "resident_id": "<RESIDENT_ID>",
    "credit_code": "<CREDIT_CODE>",
    "card": "<CREDIT_CARD>",
    "ip": "<IP_ADDRESS>",
    "phone": "<PHONE>",
    "plate": "<NUMBER_PLATE>",
}
ON_REQUEST = ("plate",)  # in public texts more often an example or a sign in the street than somebody's


def masked(text: str, placeholders: Mapping[str, str], languages: frozenset[str] = frozenset()) -> str:
    """`text` with everything personal replaced by the placeholder of its kind; kinds without one stay.

    >>> masked("Ask jo@mail.de or ring +49 30 1234567.", PLACEHOLDERS)
    'Ask <EMAIL> or ring <PHONE>.'
    >>> masked("张三，13812345678", PLACEHOLDERS), masked("Zadzwoń: 512 345 678", PLACEHOLDERS, frozenset({"pl"}))
    ('张三，<PHONE>', 'Zadzwoń: <PHONE>')
    """
    data = text.encode()
    return replaced(data, [f for f in find(data, languages) if f.kind.value in placeholders], placeholders)


def replaced(data: bytes, findings: list[Finding], placeholders: Mapping[str, str]) -> str:
    pieces, at = [], 0
    for one in findings:
        pieces += [data[at : one.begin], placeholders[one.kind.value].encode()]
        at = one.end
    return b"".join([*pieces, data[at:]]).decode()


@dataclass(frozen=True, kw_only=True)
class Pii(Rewrite):
    """Adds `pii_email`, `pii_phone`, `pii_ip`, `pii_card`, `pii_iban`, `pii_resident_id`, `pii_credit_code`,
    `pii_plate`, `pii_secret`: how many were masked.

    kinds: what is masked, by default all but `plate` (number plates of China); the counts of other kinds are 0.
    placeholders: by kind, over the defaults (PLACEHOLDERS). language_column: where each document's language stands
    (signals.language writes `language`); with it, telephone numbers without a trunk prefix are found as well where the
    language is one of the country's: `512 345 678` in Polish text.
    """

    kinds: tuple[str, ...] = tuple(kind for kind in PLACEHOLDERS if kind not in ON_REQUEST)
    placeholders: Mapping[str, str] = field(default_factory=dict)
    language_column: str | None = None

    version: ClassVar[int] = 4
    libraries: ClassVar[tuple[str, ...]] = ("publicsuffixlist", "phonenumbers")
    adds: ClassVar[Columns] = {f"pii_{kind}": pa.int32() for kind in PLACEHOLDERS}

    def __post_init__(self) -> None:
        if unknown := sorted({*self.kinds, *self.placeholders} - set(PLACEHOLDERS)):
            raise ValueError(f"pii knows the kinds {sorted(PLACEHOLDERS)}, not {unknown}")

    def columns_read(self) -> Columns:
        return {**self.reads, **({self.language_column: pa.string()} if self.language_column else {})}

    def rewrite(self, batch: Batch) -> Arrays:
        texts = batch.column("text")
        spans = spans_of(texts)
        wanted = {kind: {**PLACEHOLDERS, **self.placeholders}[kind] for kind in self.kinds}
        found = {
            row: kept
            for row, findings in find_all(spans, self._languages(batch)).items()
            if (kept := [f for f in findings if f.kind.value in wanted])
        }
        rows = np.array(list(found), np.int64)
        after = [
            replaced(spans.data[spans.starts[row] : spans.ends[row]].tobytes(), findings, wanted)
            for row, findings in found.items()
        ]
        return {
            "text": put_back(texts, rows, after),
            **{
                f"pii_{kind.value}": counts_at(
                    len(texts), rows, [sum(f.kind is kind for f in findings) for findings in found.values()]
                )
                for kind in Kind
            },
        }

    def _languages(self, batch: Batch) -> list[frozenset[str]] | None:
        """The language of each document, without its script ("zh_Hani" is "zh")."""
        if self.language_column is None:
            return None
        coded = batch.column(self.language_column).dictionary_encode()
        spoken = [frozenset([re.split("[_-]", str(name))[0].lower()]) for name in coded.dictionary.to_pylist()]
        return [frozenset() if at is None else spoken[at] for at in coded.indices.to_pylist()]
