"""Trains the model of `extract.main_text`, and the models that never saw a fifth of the hosts, by which it is judged.

    python -m training.extract --gold FOLDER --packages FOLDER --model FILE [--folds FOLDER]

--gold: WARC files and a *gold.jsonl.gz. --packages: the Debian packages of packages.tsv.
"""

import argparse
import sys
from pathlib import Path

from corpusmill.operators.extract.html.base.workspace import Workspace, allocate
from corpusmill.operators.extract.html.model.model import dump
from training.extract.fitting import count_words, fit_model
from training.extract.folds import OUTER_FOLDS, fold_of
from training.extract.labels import label
from training.extract.manifest import write_manifest
from training.extract.pages import GoldPage, gold_pages
from training.extract.stages import Example
from training.extract.teacher import taught_pages


def labelled(pages: list[GoldPage], ws: Workspace) -> list[Example]:
    """The pages whose gold text is on them, with labels."""
    found = ((page, label(page, ws)) for page in pages)
    return [Example(page=page, labels=labels) for page, labels in found if labels is not None]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.extract", description=__doc__)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--folds", type=Path)
    args = parser.parse_args()
    pages = [*gold_pages(args.gold), *taught_pages(args.packages)]
    ws = allocate(max(len(page.utf8) for page in pages))
    examples = labelled(pages, ws)
    write_manifest([example.page for example in examples])
    print(f"{len(examples)} of {len(pages)} pages labelled", file=sys.stderr)
    tally = count_words(examples, ws)
    if args.folds:
        args.folds.mkdir(parents=True, exist_ok=True)
    args.model.write_bytes(dump(fit_model(examples, tally, ws)))
    print(f"{args.model}: {args.model.stat().st_size} bytes", file=sys.stderr)
    for out in range(OUTER_FOLDS if args.folds else 0):
        known = [e for e in examples if fold_of(e.page.host, OUTER_FOLDS, "outer") != out]
        path = args.folds / f"fold-{out}.npz"
        path.write_bytes(dump(fit_model(known, tally, ws)))
        print(path, file=sys.stderr)


if __name__ == "__main__":
    main()
