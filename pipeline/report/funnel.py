"""The funnel: how many documents, bytes and tokens went into each stage, and where the others went."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

import pyarrow as pa
from rich.table import Table

from corpusmill.operators.mix.spec.unit import SUPERVISED
from corpusmill.operators.readers.framing.lines import COMPRESSION
from corpusmill.operators.readers.framing.rows import OTHER_SPAN
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.files.json_values import JsonObject

UNITS = ("kB", "MB", "GB", "TB", "PB")

BALANCES = (OTHER_SPAN, COMPRESSION)  # rows of bytes alone, no records
BY_LANGUAGE = "by_language"  # in a tally: kind, language, step and reason of documents that left
NAMED = "special_tokens_named"  # in a tally: documents whose text names special tokens, and occurrences
LEFT_OUT = "conversations_left_out"  # in a tally of tokenizing: documents by reason
LOST_SUPERVISED = "lost_supervised_tokens"  # in a step's JSON
CHAT = "conversations"  # in a tally of tokenizing: how many were truncated or rendered by Jinja, supervised tokens
AXES = ("source", "domain", "language")
REASONS_SHOWN = 4  # of a step


@dataclass(frozen=True)
class Step:
    """One line of the funnel. Numbers that the step does not know are None."""

    name: str
    documents: int
    bytes_: int | None = None
    tokens: int | None = None
    lost: Mapping[str, int] = field(default_factory=dict)  # why documents did not reach this step
    lost_tokens: Mapping[str, int] = field(default_factory=dict)  # of these, where they are counted by then
    lost_bytes: Mapping[str, int] = field(default_factory=dict)  # of input, where documents could not be read
    lost_supervised: Mapping[str, int] = field(default_factory=dict)  # tokens, where the mix counts these


@dataclass(frozen=True)
class Leaf:
    """What came through the steps of one (source, domain, language), and what did not, in documents.

    A word is "" where nobody knows it: what failed or went before its language was found has none.
    read = failed + dropped + not_sampled + kept, and kept = removed + unique.
    """

    key: tuple[str, str, str]
    read: int = 0
    failed: int = 0
    dropped: int = 0
    not_sampled: int = 0
    kept: int = 0
    kept_bytes: int = 0
    removed: int = 0  # duplicates, and documents taken down
    unique: int = 0
    unique_bytes: int = 0
    unique_tokens: int = 0
    mixed: int = 0
    mixed_tokens: int = 0
    mixed_bytes: int = 0


COUNTED = tuple(f.name for f in fields(Leaf) if f.name != "key")
MEASURED = tuple(name for name in COUNTED if name not in ("read", "removed"))  # the others follow from these

# Columns of leaves, and the step and number each adds up to.
SUMS = {
    "read": ("read", "documents"),
    **{
        (step if what == "documents" else f"{step}_{what}"): (step, what)
        for step, numbers in {
            "kept": ("documents", "bytes"),
            "unique": ("documents", "tokens", "bytes"),
            "mixed": ("documents", "tokens", "bytes"),
        }.items()
        for what in numbers
    },
}


@dataclass(frozen=True)
class Funnel:
    """Each step's numbers over all; and for each leaf, most tokens first, what came through the steps."""

    steps: Sequence[Step]
    leaves: Sequence[Leaf]
    rewritten: Mapping[str, int] = field(default_factory=dict)  # 'step: column' -> what the rewrites changed in all
    skipped: Mapping[str, int] = field(default_factory=dict)  # kind of record -> how many; they are no documents
    special_tokens_named: Mapping[str, int] = field(default_factory=dict)  # in text: documents, occurrences
    unread: Mapping[str, int] = field(default_factory=dict)  # 'source: column' -> values null since they were not read
    lost_by_language: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # 'step: reason' -> documents
    conversations: Mapping[str, int] = field(default_factory=dict)  # truncated, supervised tokens; of chat jobs alone

    def by(self, axis: str) -> dict[str, dict[str, int]]:
        """The counts of leaves, added up over one of AXES, by its values in order."""
        found: dict[str, Counter[str]] = {}
        for leaf in self.leaves:
            counts = {name: getattr(leaf, name) for name in COUNTED}
            found.setdefault(leaf.key[AXES.index(axis)], Counter()).update(counts)
        return {word: {name: counts[name] for name in COUNTED} for word, counts in sorted(found.items())}

    def to_json(self) -> JsonObject:
        steps = [
            {"name": s.name, "documents": s.documents, "bytes": s.bytes_, "tokens": s.tokens}
            | {"lost": dict(s.lost), "lost_tokens": dict(s.lost_tokens)}
            | ({"lost_bytes": dict(s.lost_bytes)} if s.lost_bytes else {})
            | ({LOST_SUPERVISED: dict(s.lost_supervised)} if s.lost_supervised else {})
            for s in self.steps
        ]
        leaves = [
            dict(zip(AXES, leaf.key, strict=True)) | {name: getattr(leaf, name) for name in COUNTED}
            for leaf in sorted(self.leaves, key=lambda leaf: leaf.key)
        ]
        by = {axis: self.by(axis) for axis in AXES}
        return {
            "steps": steps,
            "by": by,
            "leaves": leaves,
            "rewritten": dict(self.rewritten),
            "skipped": dict(self.skipped),
            "special_tokens_named": dict(self.special_tokens_named),
            "unread": dict(self.unread),
            "lost_by_language": {language: dict(lost) for language, lost in self.lost_by_language.items()},
            **({CHAT: dict(self.conversations)} if self.conversations else {}),
        }

    def _repr_html_(self) -> str:
        """The funnel as a notebook shows it."""
        from corpusmill.pipeline.report.notebook import funnel_html  # it draws funnels, and knows this class

        return funnel_html(self)  # pyright: ignore[reportArgumentType]  the same class, by its two folders

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The funnel whose `to_json` is `stored`."""
        steps = [
            Step(
                *(s[key] for key in ("name", "documents", "bytes", "tokens", "lost", "lost_tokens")),
                lost_bytes=s.get("lost_bytes", {}),
                lost_supervised=s.get(LOST_SUPERVISED, {}),
            )
            for s in stored["steps"]
        ]
        leaves = [
            Leaf(key=(row["source"], row["domain"], row["language"]), **{name: row[name] for name in COUNTED})
            for row in stored["leaves"]
        ]
        return cls(
            steps,
            sorted(leaves, key=in_order),
            stored.get("rewritten", {}),
            stored.get("skipped", {}),
            stored.get(NAMED, {}),
            stored.get("unread", {}),
            stored.get("lost_by_language", {}),
            stored.get(CHAT, {}),
        )


def groups_table(content: Mapping[str, Any]) -> pa.Table:
    """The leaves of a funnel's JSON as a table: source, domain, language, then the counts of each step."""
    return pa.Table.from_pylist(list(content["leaves"])).select([*AXES, *COUNTED])


def in_order(leaf: Leaf) -> tuple[int, tuple[str, str, str]]:
    """Leaves with most tokens first."""
    return -leaf.unique_tokens, leaf.key


def reasons(tally: Tally, *kind: str) -> dict[str, int]:
    """'step: reason' -> documents, for "dropped" or "failed"; 'step: column' -> changes, for "rewritten"."""
    return {": ".join(path): n for path, n in tally.below(*kind).items()}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What one stage adds to the funnel. columns: of Leaf, each by key."""

    steps: Sequence[Step] = ()
    columns: Mapping[str, Mapping[tuple[str, ...], int]] = field(default_factory=dict)
    rewritten: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    special_tokens_named: Mapping[str, int] = field(default_factory=dict)
    unread: Mapping[str, int] = field(default_factory=dict)
    lost_by_language: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    conversations: Mapping[str, int] = field(default_factory=dict)


def funnel(stages: Iterable[Counted]) -> Funnel:
    """The funnel of a run, from what its stages counted, in their order."""
    found = list(stages)
    return Funnel(
        [step for each in found for step in each.steps],
        leaves_of({name: column for each in found for name, column in each.columns.items()}),
        *(
            {key: n for each in found for key, n in getattr(each, what).items()}
            for what in ("rewritten", "skipped", "special_tokens_named", "unread", "lost_by_language", CHAT)
        ),
    )


def of_ingest(ingest: Tally) -> Counted:
    """What was read, and what of it was kept."""
    failed = {f"failed, {why}": n for why, n in reasons(ingest, "failed").items()}
    unsampled = {"not sampled": ingest.total("not_sampled")} if ingest.total("not_sampled") else {}
    lost = failed | reasons(ingest, "dropped") | unsampled
    lost_bytes = {f"failed, read: {': '.join(words)}": n for words, n in ingest.below("lost_bytes").items()}
    came = ingest.total("in", "documents") + ingest.total("failed", "read")
    kept = ingest.total("kept", "documents"), ingest.total("kept", "bytes")
    return Counted(
        steps=[
            Step("read", came, ingest.total("in", "bytes")),
            Step("kept", *kept, lost=lost, lost_bytes=lost_bytes),
        ],
        columns={
            **{kind: ingest.below("gone", kind) for kind in ("failed", "dropped", "not_sampled")},
            "kept": ingest.below("kept", "documents"),
            "kept_bytes": ingest.below("kept", "bytes"),
        },
        rewritten=reasons(ingest, "rewritten"),
        skipped={kind: n for kind, n in reasons(ingest, "skipped").items() if kind not in BALANCES},
        unread=reasons(ingest, "unread"),
        lost_by_language=rules_by_language(ingest),
    )


def rules_by_language(ingest: Tally) -> dict[str, dict[str, int]]:
    """Language -> 'step: reason' -> documents that the steps dropped, the most frequent reason first.

    Beside them 'failed, step: reason'. The language is "" where nobody knew it when the document left.
    """
    found: dict[str, Counter[str]] = {}
    for kind in ("dropped", "failed"):
        for (language, *why), n in ingest.below(BY_LANGUAGE, kind).items():
            name = ": ".join(why) if kind == "dropped" else f"failed, {': '.join(why)}"
            found.setdefault(language, Counter())[name] += n
    return {
        language: dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
        for language, counts in sorted(found.items())
    }


def of_unique(tokenized: Tally, duplicates: Mapping[str, int]) -> Counted:
    """What deduplication passed on. duplicates: documents removed, by rule."""
    names = ("documents", "bytes", "tokens")
    left_out = reasons(tokenized, LEFT_OUT)
    return Counted(
        steps=[Step("unique", *_totals(tokenized), lost={**duplicates, **left_out})],
        columns={"unique" if what == "documents" else f"unique_{what}": tokenized.below(what) for what in names},
        special_tokens_named={what: tokenized.total(NAMED, what) for what in ("documents", "occurrences")},
        conversations={" ".join(path): n for path, n in tokenized.below(CHAT).items()},
    )


def of_mix(mixed: Tally) -> Counted:
    """What the mix chose: the step `selected` counts each document once, `mixed` its copies."""
    names = ("documents", "bytes", "tokens")
    return Counted(
        steps=[
            Step(
                "selected",
                mixed.total("selected", "documents"),
                mixed.total("selected", "bytes"),
                mixed.total("selected", "tokens"),
                lost=reasons(mixed, "not selected", "documents"),
                lost_tokens=reasons(mixed, "not selected", "tokens"),
                lost_supervised=reasons(mixed, "not selected", SUPERVISED),
            ),
            Step("mixed", *_totals(mixed)),
        ],
        columns={"mixed" if what == "documents" else f"mixed_{what}": mixed.below(what) for what in names},
    )


def _totals(tally: Tally) -> tuple[int, int, int]:
    return tally.total("documents"), tally.total("bytes"), tally.total("tokens")


def leaves_of(columns: Mapping[str, Mapping[tuple[str, ...], int]]) -> list[Leaf]:
    """Every leaf that a document was read in, most tokens first."""
    keys = {path for column in columns.values() for path in column}
    leaves = [leaf(k, {name: columns.get(name, {}).get(k, 0) for name in MEASURED}) for k in keys]
    return sorted(leaves, key=in_order)


def leaf(key: tuple[str, ...], counts: Mapping[str, int]) -> Leaf:
    """The leaf of these counts, with the sums and differences that follow from them."""
    read = sum(counts[name] for name in ("failed", "dropped", "not_sampled", "kept"))
    return Leaf(key=(key[0], key[1], key[2]), read=read, removed=counts["kept"] - counts["unique"], **counts)


def as_table(funnel: Funnel) -> Table:
    """The steps, for a terminal."""
    table = Table(box=None, pad_edge=False)
    for name in ("step", "documents", "text", "tokens", "removed"):
        in_words = name == "removed"
        table.add_column(name, justify="left" if name in ("step", "removed") else "right", no_wrap=not in_words)
    for step in funnel.steps:
        table.add_row(step.name, f"{step.documents:,}", size(step.bytes_), count(step.tokens), lost_in_words(step))
    return table


def lost_in_words(step: Step) -> str:
    """What a step lost, the most frequent reasons first; of many reasons the last ones together."""
    reasons = sorted(((n, why) for why, n in step.lost.items() if n), key=lambda i: -i[0])
    shown = len(reasons) if len(reasons) <= REASONS_SHOWN + 1 else REASONS_SHOWN
    told = [f"{n:,} {why}{_of_input(step.lost_bytes.get(why))}" for n, why in reasons[:shown]]
    if rest := reasons[shown:]:
        told.append(f"{sum(n for n, _ in rest):,} for {len(rest)} other reasons")
    return ", ".join(told)


def _of_input(bytes_: int | None) -> str:
    return "" if not bytes_ else f" ({size(bytes_)} of input)"


def leaves_table(funnel: Funnel, most: int = 12) -> Table:
    """The largest leaves, for a terminal: what was unique, and how often the mix takes it."""
    table = Table(box=None, pad_edge=False)
    for name in (*AXES, "kept", "unique", "tokens", "mixed", "times"):
        table.add_column(name, justify="left" if name in AXES else "right", no_wrap=name not in AXES)
    leaves = [leaf for leaf in funnel.leaves if leaf.kept]
    most = len(leaves) if len(leaves) <= most + 1 else most
    for leaf in leaves[:most]:
        times = f"{leaf.mixed_tokens / leaf.unique_tokens:.2f}" if leaf.unique_tokens else ""
        numbers = (leaf.kept, leaf.unique, leaf.unique_tokens, leaf.mixed_tokens)
        table.add_row(*(word or "-" for word in leaf.key), *map(count, numbers), times)
    if len(leaves) > most:
        table.add_row(f"and {len(leaves) - most} more")
    return table


def size(n: int | None) -> str:
    """
    >>> size(1_500_000)
    '1.5 MB'
    """
    if n is None:
        return ""
    if n < 1000:
        return f"{n} B"
    power = min((len(str(n)) - 1) // 3, len(UNITS))
    return f"{n / 1000**power:,.1f} {UNITS[power - 1]}"


def count(n: int | None) -> str:
    return "" if n is None else f"{n:,}"
