"""Labelled documents to train a classifier from, split into those it learns from and those it is judged by."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from corpusmill.errors import InvalidExamples
from corpusmill.operators.text.fasttext.vocabulary import LABEL_PREFIX
from corpusmill.operators.text.hashing import span_hash


@dataclass(frozen=True, kw_only=True)
class Example:
    """A document and its label, a word without white space."""

    text: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Split:
    learnt: list[Example]
    held_out: list[Example]


def examples_of(jsonl: bytes, text_field: str, label_field: str) -> list[Example]:
    """One example a line of JSONL; blank lines are skipped.

    >>> examples_of(b'{"text": "so good", "label": "keep"}', "text", "label")
    [Example(text='so good', label='keep')]
    """
    found = []
    for number, line in enumerate(jsonl.decode().split("\n"), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            text, label = entry[text_field], entry[label_field]
        except (ValueError, TypeError, KeyError) as e:
            raise InvalidExamples(f"line {number}: expected an object with {text_field!r} and {label_field!r}") from e
        if not isinstance(text, str) or not str(label).strip() or len(str(label).split()) != 1:
            raise InvalidExamples(
                f"line {number}: {text_field!r} must be text, {label_field!r} one word; got {label!r}"
            )
        found.append(Example(text=text, label=str(label).strip()))
    return found


def split(examples: Iterable[Example], held_out_share: float, seed: int) -> Split:
    """A document goes to the same side in every run, and copies of it go together: by the hash of its text.

    Raises InvalidExamples when fewer than two labels, or a label on one side only, are left.
    """
    learnt: list[Example] = []
    held_out: list[Example] = []
    for example in examples:
        drawn = span_hash(f"{seed}\n{example.text}".encode()) / 2**64
        (held_out if drawn < held_out_share else learnt).append(example)
    labels, judged = {e.label for e in learnt}, {e.label for e in held_out}
    if len(labels) < 2 or labels != judged:
        raise InvalidExamples(
            f"the classifier would learn the labels {sorted(labels)} and be judged by {sorted(judged)}: at least two, "
            "and the same on both sides, are needed; give more documents of each label"
        )
    return Split(learnt=learnt, held_out=held_out)


def training_line(example: Example) -> str:
    """One line of fastText's training format; line feeds of the text become spaces.

    >>> training_line(Example(text="so\\ngood", label="keep"))
    '__label__keep so good'
    """
    words = " ".join(word for word in example.text.split() if not word.startswith(LABEL_PREFIX.decode()))
    return f"{LABEL_PREFIX.decode()}{example.label} {words}"
