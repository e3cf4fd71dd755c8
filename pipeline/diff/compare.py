"""Two datasets side by side, from what lies beside their parts: no row of theirs is read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.errors import InvalidDataset
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.files.manifest import MOST_BYTES, read_manifest
from corpusmill.pipeline.profile.count import COUNTS, DOMAIN, MONTH, NONE, OTHERS, WORDS, by, from_json
from corpusmill.pipeline.profile.drift import Drift, documents, drifts

AMOUNTS = ("documents", "sequences", "tokens")
RUN, PROFILE = "_run.json", "_profile.json"


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two datasets. counts: empty where it has no `_profile.json`; job: as it was understood, or null."""

    url: str
    manifest: Mapping[str, Any]
    counts: pa.Table
    job: Mapping[str, Any] | None

    @classmethod
    def at(cls, output: Store) -> "Side":
        """The dataset in a folder. InvalidDataset where there is none."""
        told = _json(output, PROFILE)
        run = _json(output, RUN) or {}
        counts = COUNTS.empty_table() if told is None else from_json(told)
        return cls(url=output.url, manifest=read_manifest(output), counts=counts, job=run.get("job"))


def _json(output: Store, name: str) -> Mapping[str, Any] | None:
    try:
        return json.loads(output.read(name, most_bytes=MOST_BYTES))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as e:
        raise InvalidDataset(f"{name} in {output.url} cannot be read: {e}") from e


@dataclass(frozen=True, kw_only=True)
class Share:
    """One value of a column on both sides: documents, and share of the tokens of the mix, 0 to 1."""

    value: str
    documents: tuple[int, int]
    tokens: tuple[int, int]
    shares: tuple[float, float]

    @property
    def change(self) -> float:
        """How much the share of tokens grew."""
        return self.shares[1] - self.shares[0]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Two datasets. Pairs are (before, after).

    amounts: documents (and distinct ones, where both sides counted them), sequences and tokens; shares: by column,
    largest change first; new_sites, vanished_sites: of all sites where both sides counted all of them
    (`sites_are_all`), else of the largest; drifts: most first; job: changed values of the two jobs, a line each.
    """

    urls: tuple[str, str]
    amounts: Mapping[str, tuple[int, int]]
    shares: Mapping[str, tuple[Share, ...]]
    new_sites: tuple[Share, ...]
    vanished_sites: tuple[Share, ...]
    sites_are_all: bool
    months: tuple[tuple[str, ...], tuple[str, ...]]
    drifts: tuple[Drift, ...]
    job: tuple[str, ...]
    lacks: tuple[str, ...]

    def to_json(self) -> JsonObject:
        """The same as plain values."""
        return asdict(self)


def compare(before: Side, after: Side, job: Sequence[str] = ()) -> Difference:
    """The difference of two datasets. job: what changed between their jobs, in words."""
    a, b = before.counts, after.counts
    sites = shares_of(a, b, DOMAIN)
    counted = bool(a.num_rows and b.num_rows)
    return Difference(
        urls=(before.url, after.url),
        amounts={
            **({"distinct_documents": (documents(a), documents(b))} if counted else {}),
            **{name: (int(before.manifest[name]), int(after.manifest[name])) for name in AMOUNTS},
        },
        shares={of: tuple(shares_of(a, b, of)) for of in WORDS},
        new_sites=tuple(s for s in _by_tokens(sites, 1) if s.documents[0] == 0),
        vanished_sites=tuple(s for s in _by_tokens(sites, 0) if s.documents[1] == 0),
        sites_are_all=OTHERS not in by(a, DOMAIN) and OTHERS not in by(b, DOMAIN),
        months=(_months(a), _months(b)),
        drifts=tuple(drifts(a, b)) if counted else (),
        job=tuple(job),
        lacks=tuple(side.url for side in (before, after) if not side.counts.num_rows),
    )


def shares_of(before: pa.Table, after: pa.Table, of: str) -> list[Share]:
    """Every value of a column on both sides, the largest change of its share first."""
    old, new = by(before, of), by(after, of)
    totals = [max(1, sum(tokens for _, tokens in side.values())) for side in (old, new)]
    found = []
    for value in {*old, *new} - {OTHERS}:
        (d0, t0), (d1, t1) = old.get(value, (0, 0)), new.get(value, (0, 0))
        shares = (t0 / totals[0], t1 / totals[1])
        found.append(Share(value=value, documents=(d0, d1), tokens=(t0, t1), shares=shares))
    return sorted(found, key=lambda s: (-abs(s.change), s.value))


def _by_tokens(shares: Sequence[Share], side: int) -> list[Share]:
    named = [s for s in shares if s.value != NONE]
    return sorted(named, key=lambda s: (-s.tokens[side], s.value))


def _months(counts: pa.Table) -> tuple[str, ...]:
    return tuple(sorted(value for value in by(counts, MONTH) if value != NONE))
