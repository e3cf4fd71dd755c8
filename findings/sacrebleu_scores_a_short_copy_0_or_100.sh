#!/bin/bash
# sacrebleu gives a two-word answer that equals its reference 100 by one of its functions, and 0 by its class.
# One expects: `BLEU().sentence_score(text, [text])` and `sentence_bleu(text, [text])` are the same metric with the same
# defaults, and a copy scores 100 by both.
# What happens (sacrebleu 2.6.0): the function counts only the orders of n-grams that the text is long enough for
# (effective_order=True), the class all four (False). A text below four words, equal to its reference, scores 0 by the
# class. nltk 3.10.4 gives 1e-154.
# It matters for rules such as "drop answers with a BLEU above 0.7 to another one": short answers, which repeat most often
# in instruction data, are never found.
# A way round: `BLEU(effective_order=True)`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "sacrebleu==2.6.0" "nltk==3.10.4"
"$folder/venv/bin/python" - <<'PYTHON' 2>/dev/null
import importlib.metadata
import sys

from nltk.translate.bleu_score import sentence_bleu as nltk_bleu
from sacrebleu import BLEU, sentence_bleu

for name in ("sacrebleu", "nltk"):
    print(name, importlib.metadata.version(name))
found = {}
for text in ("Paris", "forty two", "I do not know", "It is the capital of France"):
    found[text] = (
        sentence_bleu(text, [text]).score,
        BLEU().sentence_score(text, [text]).score,
        BLEU(effective_order=True).sentence_score(text, [text]).score,
        100 * nltk_bleu([text.split()], text.split()),
    )
    print(f"{text!r:<30} function {found[text][0]:5.1f}, class {found[text][1]:5.1f}, nltk {found[text][3]:.3g}")
short, long = found["forty two"], found["It is the capital of France"]
sys.exit(0 if round(short[0]) == 100 == round(short[2]) and short[1] == 0 and round(long[1]) == 100 else 1)
PYTHON
