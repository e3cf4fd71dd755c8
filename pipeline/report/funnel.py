"""The funnel: how many documents, bytes and tokens went into each stage, and where the others went."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

import pyarrow as pa

from corpusmill.pipeline.files.json_values import JsonObject

NAMED = "special_tokens_named"  # in a tally: documents whose text names special tokens, and occurrences

LOST_SUPERVISED = "lost_supervised_tokens"  # in a step's JSON
CHAT = "conversations"  # in a tally of tokenizing: how many were truncated or rendered by Jinja, supervised tokens

AXES = ("source", "domain", "language")


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
