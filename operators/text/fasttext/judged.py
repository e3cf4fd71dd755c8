"""How well a classifier does on documents it has not learnt from, and the card that says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LabelScores:
    """precision, recall, f1: 0 to 1, 0 where nothing was predicted or nothing is there. documents: of that label."""

    label: str
    documents: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """accuracy: share of held-out documents with the right label. macro_f1: mean over labels."""

    scores: tuple[LabelScores, ...]
    accuracy: float
    macro_f1: float


def judge(true: Sequence[str], predicted: Sequence[str]) -> Verdict:
    """Scores of the labels `predicted` against the `true` ones, label by label.

    >>> judge(["a", "a", "b"], ["a", "b", "b"]).scores[1]
    LabelScores(label='b', documents=1, precision=0.5, recall=1.0, f1=0.6666666666666666)
    """
    pairs = list(zip(true, predicted, strict=True))
    scores = tuple(_of_label(label, pairs) for label in sorted(set(true)))
    return Verdict(
        scores=scores,
        accuracy=sum(a == b for a, b in pairs) / len(pairs),
        macro_f1=sum(one.f1 for one in scores) / len(scores),
    )


def _of_label(label: str, pairs: list[tuple[str, str]]) -> LabelScores:
    right = sum(a == label == b for a, b in pairs)
    documents, predictions = sum(a == label for a, _ in pairs), sum(b == label for _, b in pairs)
    precision, recall = right / predictions if predictions else 0.0, right / documents if documents else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return LabelScores(label=label, documents=documents, precision=precision, recall=recall, f1=f1)


def table(verdict: Verdict) -> str:
    """The verdict as a Markdown table."""
    rows = [f"| {s.label} | {s.documents} | {s.precision:.3f} | {s.recall:.3f} | {s.f1:.3f} |" for s in verdict.scores]
    head = ["| label | held-out documents | precision | recall | F1 |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, "", f"Accuracy {verdict.accuracy:.3f}, macro F1 {verdict.macro_f1:.3f}."])


LOW_RECALL = 0.5  # a guess: less than half of a label is found


def warnings(verdict: Verdict) -> list[str]:
    """A line for each label of whose held-out documents the model finds few, or of which there are none."""
    return [
        f"label {s.label!r}: the model finds {s.recall:.0%} of its {s.documents:,} held-out documents; "
        "give it more examples of that label, or more --epochs"
        for s in verdict.scores
        if s.recall < LOW_RECALL
    ]


def card(
    name: str,
    verdict: Verdict,
    learnt: Mapping[str, int],
    settings: Mapping[str, object],
    sha256: str,
    ending: str = ".bin",
) -> str:
    """A model card in Markdown: what it tells apart, from what it was made, how well it does, how to use it."""
    counts = ", ".join(f"{label} {count:,}" for label, count in sorted(learnt.items()))
    lines = "\n".join(f"- {key}: {value}" for key, value in sorted(settings.items()))
    return (
        f"# {name}\n\nA fastText classifier that tells apart {len(learnt)} labels.\n\n"
        f"## Training\n\nDocuments learnt from: {counts}.\n\n{lines}\n\n"
        f"## Held-out documents\n\n{table(verdict)}\n\n"
        "The held-out documents come from the same file as the others: on other sources expect less. "
        "Look at what it keeps and drops before you rely on it.\n\n"
        "## Use\n\n"
        f"    - signals.fasttext: {{model: {name}{ending}, label: {min(learnt)}, column: {min(learnt)}_score}}\n\n"
        f"sha256 of the model file: {sha256}\n"
    )
