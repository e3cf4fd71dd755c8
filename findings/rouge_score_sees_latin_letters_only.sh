#!/usr/bin/env bash
# rouge-score 0.1.2: a Chinese prompt and its copy have ROUGE-L 0, and two unlike Russian prompts with one number have 1.
#
# Expected: a text and its copy score 1, texts without a common word score about 0, whatever their script.
# Seen: the default tokenizer keeps a to z and 0 to 9 alone. A text in Chinese, Arabic or Thai has no token, and scores 0
#   with itself; of a Russian sentence only its numbers are left, so two about different things are equal.
# Why it matters: instruction sets are commonly cleaned by "drop what has ROUGE-L above 0.7 with something kept"
#   (Self-Instruct). In Chinese that drops nothing, in Russian maths it drops prompts that have nothing in common.
# Way round: pass `tokenizer=` an object whose `tokenize` knows the script.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rouge-score==0.1.2
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

from rouge_score import rouge_scorer


class Letters:
    """Each letter is a token."""

    def tokenize(self, text):
        return [c for c in text if not c.isspace()]


print("rouge-score", version("rouge-score"))
default = rouge_scorer.RougeScorer(["rougeL"])
by_letter = rouge_scorer.RougeScorer(["rougeL"], tokenizer=Letters())
chinese, arabic, thai = "请写一首关于春天的诗", "اكتب قصيدة عن الربيع", "เขียนบทกวีเกี่ยวกับฤดูใบไม้ผลิ"
cases = {
    "English with itself": ("write a poem on spring", "write a poem on spring", 1.0),
    "Chinese with itself": (chinese, chinese, 0.0),
    "Arabic with itself": (arabic, arabic, 0.0),
    "Thai with itself": (thai, thai, 0.0),
    "two Russian problems": ("У Ани было 12 яблок", "Поезд идёт 12 часов", 1.0),
}
as_seen = True
for name, (one, other, seen) in cases.items():
    score = default.score(one, other)["rougeL"].fmeasure
    other_way = by_letter.score(one, other)["rougeL"].fmeasure
    print(f"{name:22} default {score:.2f}   each letter a token {other_way:.2f}")
    as_seen &= score == seen and (other_way == 1.0) == (one == other)
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
