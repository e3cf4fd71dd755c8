"""Scores pairs of sentences by sacrebleu: a JSON list of [text, reference] in, numbers from 0 to 1 out."""

import json
import sys
from pathlib import Path

from sacrebleu import sentence_bleu

pairs = json.loads(Path(sys.argv[1]).read_text())
scores = [sentence_bleu(text, [reference], tokenize="none").score / 100 for text, reference in pairs]
print(json.dumps({"scores": scores}))
