#!/usr/bin/env bash
# kitoken 0.11.1: a SentencePiece Unigram model with byte fallback gives the bytes of a new letter in the wrong order.
#
# Expected: the ids of sentencepiece 0.2.3, which wrote the model: 京 is <0xE4><0xBA><0xAC>, and decode gives 京 back.
# Seen: the bytes come out last first, <0xAC><0xBA><0xE4>, and decode of kitoken's own ids gives no 京. A BPE model with
#   byte fallback trained on the same text is right, so are letters in the vocabulary.
# Why it matters: Unigram with byte fallback is how models for Japanese and other large scripts are made. Each letter outside
#   the vocabulary becomes bytes that are no UTF-8, which a model learns to write; the number of tokens is right.
# Way round: encode with sentencepiece; compare the ids of a text with rare letters before changing the library.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check kitoken==0.11.1 sentencepiece==0.2.3
cd "$folder"
venv/bin/python - <<'PYTHON'
import io
import sys
from importlib.metadata import version

import sentencepiece
from kitoken import Kitoken

print("kitoken", version("kitoken"), "sentencepiece", version("sentencepiece"))
corpus = ["some plain text to learn a few pieces from, and a few more words to choose from"] * 50
TEXT = "a text 京"


def trained(kind):
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus), model_writer=written, model_type=kind, vocab_size=320, byte_fallback=True,
        hard_vocab_limit=False, minloglevel=2,
    )
    return written.getvalue()


same, back, pieces = {}, {}, {}
for kind in ("bpe", "unigram"):
    model = trained(kind)
    theirs, ours = sentencepiece.SentencePieceProcessor(model_proto=model), Kitoken.from_sentencepiece(model)
    right, found = theirs.encode(TEXT), list(ours.encode(TEXT))
    plain = "a text from"
    assert theirs.encode(plain) == list(ours.encode(plain))
    same[kind] = right == found
    pieces[kind] = [theirs.id_to_piece(number) for number in found]
    back[kind] = ours.decode(found).decode("utf-8", "replace")
    print(f"{kind}: sentencepiece {[theirs.id_to_piece(number) for number in right]} -> {theirs.decode(right)!r}")
    print(f"{kind}: kitoken       {pieces[kind]} -> {back[kind]!r}")
turned = pieces["unigram"][-3:] == ["<0xAC>", "<0xBA>", "<0xE4>"]
as_seen = same == {"bpe": True, "unigram": False} and turned and "京" in back["bpe"] and "京" not in back["unigram"]
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
