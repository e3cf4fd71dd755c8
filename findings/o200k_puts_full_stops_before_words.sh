#!/usr/bin/env bash
# tiktoken 0.14.0: the patterns of cl100k_base and o200k_base put 。 into one piece with the word behind it.
#
# Expected: marks of punctuation are pieces of their own, as in English, where "end. We" is cut into "end", "." and " We".
# Seen: the pattern allows one character that is no letter before a word, meant for a space; in text without spaces that is the
#   full stop, comma or bracket: 天气好。我们走 is cut into 天气好 and 。我们走. The pattern of r50k_base (GPT-2) keeps 。 apart.
# Why it matters: the end of a Chinese or Japanese sentence is inside a token, so text cut between tokens can end a sentence only
#   at line ends; vocabularies trained with these patterns hold a word several times (我们, 。我们, ，我们); a stop at 。 never comes
#   alone. A way round for one's own tokenizer: a pattern that allows only a space before a word.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tiktoken==0.14.0 regex==2026.11.15
cd "$folder"
venv/bin/python - <<'PYTHON'
import importlib.metadata
import sys

import regex
import tiktoken_ext.openai_public as public

print("tiktoken", importlib.metadata.version("tiktoken"))
# The patterns are in the package; the vocabularies, which are not needed here, would be downloaded.
public.load_tiktoken_bpe = lambda *args, **options: {bytes([byte]): byte for byte in range(256)}
public.data_gym_to_mergeable_bpe_ranks = lambda *args, **options: {bytes([byte]): byte for byte in range(256)}
names = ("r50k_base", "cl100k_base", "o200k_base")
patterns = {name: getattr(public, name)()["pat_str"] for name in names}
texts = {"chinese": "天气好。我们走，快（来）", "english": "end. We"}
seen = {name: {kind: regex.findall(pattern, text) for kind, text in texts.items()} for name, pattern in patterns.items()}
for name, found in seen.items():
    print(f"{name:12}", found["chinese"], found["english"])
english = all(found["english"] == ["end", ".", " We"] for found in seen.values())
glued = all("。我们走" in seen[name]["chinese"] and "，快" in seen[name]["chinese"] for name in names[1:])
apart = "。" in seen["r50k_base"]["chinese"]
print("as described" if english and glued and apart else "changed")
sys.exit(0 if english and glued and apart else 1)
PYTHON
