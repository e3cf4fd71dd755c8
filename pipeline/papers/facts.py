"""What is known of a dataset when it is published: the facts that all papers are written from, each with its place.

A number in a paper stands beside the file and the path in it where it can be looked up: `_funnel.json:
steps.0.documents`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from corpusmill.operators import load
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.papers.spdx import spdx
from corpusmill.pipeline.profile import count
from corpusmill.pipeline.profile.count import DOMAIN, MONTH, NONE, OTHERS, TOTAL
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.report.markdown import escaped

UNSTATED = "not stated"
TO_FILL = "**To be filled in**"


@dataclass(frozen=True, kw_only=True)
class Amount:
    """Documents and tokens of one value: tokens as they are in the mix, copies counted."""

    value: str
    documents: int
    tokens: int


@dataclass(frozen=True, kw_only=True)
class Licence:
    """What is in the dataset under one licence. spdx: null where the job's words are no SPDX expression."""

    words: str
    spdx: str | None
    sources: tuple[str, ...]
    documents: int
    tokens: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that papers are written from. counts: of `pipeline.profile.count`; empty for a dataset without them."""

    spec: JobSpec
    manifest: Mapping[str, Any]
    funnel: Funnel
    counts: pa.Table

    def by(self, of: str) -> list[Amount]:
        """The amounts of each value of a column, largest first."""
        found = count.by(self.counts, of)
        return [Amount(value=v, documents=d, tokens=t) for v, (d, t) in found.items()]

    @cached_property
    def total(self) -> Amount:
        """All documents of the dataset, each once, and their tokens with copies."""
        found = self.by(TOTAL)
        return found[0] if found else Amount(value="", documents=0, tokens=int(self.manifest["tokens"]))

    @property
    def amounts(self) -> str:
        """Tokens, documents and sequences of the dataset, in words; the copies of documents where there are more."""
        m, once = self.manifest, self.total.documents
        copies = int(m["documents"])
        documents = f"{once or copies:,} documents" + (f" ({copies:,} with repeats)" if once not in (0, copies) else "")
        return f"{m['tokens']:,} tokens of {documents} in {m['sequences']:,} sequences"

    @cached_property
    def languages(self) -> list[str]:
        """Codes of the languages, largest first; labels such as deu_Latn without their script."""
        found = dict.fromkeys(a.value.partition("_")[0].lower() for a in self.by("language"))
        return [code for code in found if 2 <= len(code) <= 3 and code.isalpha()]

    @cached_property
    def licences(self) -> list[Licence]:
        """Sums by licence, largest first."""
        sources: dict[str, list[str]] = {}
        for each in self.spec.inputs:
            sources.setdefault(each.license or NONE, []).append(each.source)
        return [
            Licence(
                words=a.value or UNSTATED,
                spdx=spdx(a.value) if a.value else None,
                sources=tuple(sources.get(a.value, ())),
                documents=a.documents,
                tokens=a.tokens,
            )
            for a in self.by("license")
        ]

    @cached_property
    def months(self) -> list[str]:
        """The months in which documents were fetched or dated, in order."""
        return sorted(a.value for a in self.by(MONTH) if a.value != NONE)

    @cached_property
    def sites(self) -> list[Amount]:
        """Registered domains, largest first; without documents that have no address, and those counted together."""
        return [a for a in self.by(DOMAIN) if a.value not in (NONE, OTHERS)]

    @property
    def sites_are_all(self) -> bool:
        """Whether every site is counted; where there are too many the smallest are counted together."""
        return all(a.value != OTHERS for a in self.by(DOMAIN))

    def answer(self, key: str) -> str:
        """What the job's `about` says, or that a person has to say it and where."""
        value = getattr(self.spec.about, key)
        return escaped(value) if value else f"{TO_FILL} (`about.{key}` in the job file)."

    def steps(self) -> Iterator[tuple[str, str]]:
        """Each step of the job, and what it does in one sentence."""
        for step in self.spec.documents:
            cls = load.find(step.operator)
            told = (cls.__doc__ or "").strip().partition("\n")[0]
            module = __import__(cls.__module__, fromlist=["__doc__"]).__doc__ or told
            yield step.operator, module.strip().partition("\n\n")[0].replace("\n", " ")


def traced(value: int, file: str, path: str) -> str:
    """A number with the place where it can be looked up.

    >>> traced(1234, "_manifest.json", "tokens")
    '1,234 (`_manifest.json`: `tokens`)'
    """
    return f"{value:,} (`{file}`: `{path}`)"


def amounts_table(head: str, amounts: Sequence[Amount], most: int) -> str:
    """A Markdown table of the first amounts; the rest in one row."""
    shown, rest = list(amounts[:most]), amounts[most:]
    if rest:
        documents, tokens = (sum(getattr(a, name) for a in rest) for name in ("documents", "tokens"))
        shown.append(Amount(value=f"{len(rest):,} more", documents=documents, tokens=tokens))
    rows = "\n".join(f"| {escaped(a.value or UNSTATED)} | {a.documents:,} | {a.tokens:,} |" for a in shown)
    return f"| {head} | documents | tokens in the mix |\n|---|---:|---:|\n{rows}"


def licences_table(facts: Facts) -> str:
    """A Markdown table of the sums by licence."""
    rows = "\n".join(
        f"| {escaped(each.spdx or each.words)} | {'yes' if each.spdx else 'no'} | {escaped(', '.join(each.sources))} "
        f"| {each.documents:,} | {each.tokens:,} |"
        for each in facts.licences
    )
    return f"| licence | SPDX | sources | documents | tokens in the mix |\n|---|---|---|---:|---:|\n{rows}"
