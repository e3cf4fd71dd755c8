#!/usr/bin/env bash
# rouge 1.0.1: an answer that says one sentence ten times has ROUGE-L 1 with the sentence.
#
# Expected: ROUGE-L is the F-measure of the longest common subsequence, so the nine repetitions lower the precision:
#   2 * 7 / (70 + 7) = 0.18, which is what rouge-score gives.
# Seen: texts are cut at full stops, and the words of a sentence are put into a set before they are counted. What is
#   repeated, and in which order sentences stand, makes no difference: ten times the sentence counts as once.
# Why it matters: a filter that keeps answers close to a reference, or drops near copies above 0.7, takes a degenerate
#   answer for a perfect one, or drops a good one for it.
# Way round: rouge-score (mind that its tokenizer reads Latin letters only).
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rouge==1.0.1 rouge-score==0.1.2
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

from rouge import Rouge
from rouge_score import rouge_scorer

print("rouge", version("rouge"), "rouge-score", version("rouge-score"))
sentence = "the tide comes in twice a day"
cases = {
    "said ten times": " ".join([sentence] * 10),
    "said once": sentence,
    "another": "bread is made of flour and water",
}
by_sets, by_order = {}, {}
for name, text in cases.items():
    by_sets[name] = Rouge(metrics=["rouge-l"]).get_scores(text, sentence)[0]["rouge-l"]["f"]
    by_order[name] = rouge_scorer.RougeScorer(["rougeL"]).score(sentence, text)["rougeL"].fmeasure
    print(f"{name:16} rouge {by_sets[name]:.3f}   rouge-score {by_order[name]:.3f}")
as_seen = by_sets["said ten times"] > 0.999 and by_order["said ten times"] < 0.2 and by_order["said once"] == 1.0
as_seen &= by_sets["another"] < 0.3
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
