#!/usr/bin/env bash
# sentencepiece 0.2.3 with its default rule (nmt_nfkc) turns the zero-width non-joiner into a space and keeps the joiner.
#
# Expected: both marks belong to the spelling of a word (Persian writes one inside most verbs and plurals) and are kept, or both
#   are taken out.
# Seen: a Persian word with the non-joiner comes back as two words with a space between; U+200D, used in Indic scripts, stays.
# Why it matters: the text that a model learns from has other words than the corpus, a space in the middle of most Persian verbs
#   and plurals; a tokenizer checked on Hindi, where the joiner is kept, looks harmless.
# Way round: normalization_rule_name="identity", or a rule of one's own.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sentencepiece==0.2.3
cd "$folder"
venv/bin/python - <<'PYTHON'
import io
import sys

import sentencepiece

print("sentencepiece", sentencepiece.__version__)
PERSIAN, HINDI = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0915\u094d\u200d\u0937"


def train(**options):
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([PERSIAN + " " + HINDI] * 100), model_writer=out, vocab_size=400, hard_vocab_limit=False,
        minloglevel=2, byte_fallback=True, **options
    )
    return sentencepiece.SentencePieceProcessor(model_proto=out.getvalue())


default, identity = train(), train(normalization_rule_name="identity")
seen = {}
for name, word in (("non-joiner", PERSIAN), ("joiner", HINDI)):
    seen[name] = default.decode(default.encode(word)), identity.decode(identity.encode(word))
    print(f"{name}: {ascii(word)} comes back as {ascii(seen[name][0])}, with identity {ascii(seen[name][1])}")
as_seen = seen["non-joiner"] == (PERSIAN.replace("\u200c", " "), PERSIAN) and seen["joiner"] == (HINDI, HINDI)
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
