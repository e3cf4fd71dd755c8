"""Trains the model that finds the encodings of undeclared pages.

    python -m training.charset CORPORA operators/text/charsets/models/charsets.npz

CORPORA holds docs/*.jsonl.gz and langid/*.jsonl.gz, rows with `text` and `lang_path` or `lang`. Two texts in three are
taken, by `is_judging_text`. The same corpora give the same bytes.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from corpusmill.operators.text.charsets.alphabet import inventory
from corpusmill.operators.text.charsets.model import Ideographic, Trained, dump
from training.charset.bigrams import (
    LEAST_COUNT,
    LEAST_SHARE,
    case_costs,
    character_costs,
    characters_of,
    language_of,
    letters_of,
    pair_counts,
    pooled,
    shared_habits,
    with_loans,
)
from training.charset.characters import character_costs_of
from training.charset.corpus import ALPHABETIC, IDEOGRAPHIC, MOST_CHARACTERS, texts_by_language


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.charset", description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("model", type=Path)
    args = parser.parse_args()
    model = train(texts_by_language(args.corpora))
    args.model.write_bytes(dump(model))
    print(f"{args.model}: {args.model.stat().st_size} bytes", file=sys.stderr)


def train(texts: dict[str, list[str]]) -> Trained:
    """The model of lines by language."""
    joined = {language: "\n".join(lines) for language, lines in texts.items()}
    languages = []
    for script, names in ALPHABETIC.items():
        pairs = {name: characters_of(joined[name][:MOST_CHARACTERS]) for name in names.split()}
        shared = pooled(list(pairs.values()))
        loans = letters_of(shared, script, LEAST_SHARE)
        letters = {name: with_loans(letters_of(own, script, LEAST_COUNT), loans) for name, own in pairs.items()}
        counts = {name: pair_counts(own, script, letters[name]) for name, own in pairs.items()}
        habits = shared_habits(list(counts.values()))
        languages += [
            language_of(name, script, letters[name], own, pair_counts(shared, script, letters[name]), habits)
            for name, own in counts.items()
        ]
    lines = [joined[language.name][:MOST_CHARACTERS] for language in languages]
    return Trained(
        names=tuple(language.name for language in languages),
        scripts=tuple(language.script for language in languages),
        letters=tuple(language.letters for language in languages),
        pairs=np.stack([language.costs for language in languages]),
        cases=case_costs(lines),
        characters=character_costs(lines, inventory()),
        ideographic=tuple(Ideographic(name, *character_costs_of(joined[name])) for name in IDEOGRAPHIC),
    )


if __name__ == "__main__":
    main()
