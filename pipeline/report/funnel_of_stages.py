"""Makes the funnel of a run from what its stages counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from corpusmill.operators.mix.spec.unit import SUPERVISED
from corpusmill.operators.readers.framing.lines import COMPRESSION
from corpusmill.operators.readers.framing.rows import OTHER_SPAN
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.report.funnel import CHAT, MEASURED, NAMED, Funnel, Leaf, Step, in_order

BALANCES = (OTHER_SPAN, COMPRESSION)  # rows of bytes alone, no records

BY_LANGUAGE = "by_language"  # in a tally: kind, language, step and reason of documents that left

LEFT_OUT = "conversations_left_out"  # in a tally of tokenizing: documents by reason


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
