#!/usr/bin/env bash
# tokie 0.1.4 reads a tokenizer.json with "add_prefix_space": true, or NFKC before a Unigram model, and does neither.
#
# Expected: the ids of tokenizers 0.23.3, whose file it reads, or an error that names what is not supported, as fastokens 0.3.5
#   raises for NFKC.
# Seen: without the space in front the first word of every text is cut otherwise; without NFKC full-width digits, the ellipsis
#   and accents as characters of their own are unknown tokens. A file with NFC before a byte-level BPE is read rightly.
# Why it matters: models of both forms are common (add_prefix_space in encoders of the GPT-2 kind, NFKC in those made from
#   SentencePiece). Nearly every document has other ids in its first word, and no test on plain English inside a line finds it.
# Way round: compare the ids of a few hundred whole documents with those of tokenizers before a faster library takes over.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tokie==0.1.4 tokenizers==0.23.3 fastokens==0.3.5
cd "$folder"
HF_HUB_OFFLINE=1 RUST_BACKTRACE=0 venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

import fastokens
import tokie
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

corpus = ["some words of plain text, and some more words: 123 ... é"] * 20


def byte_level(normalizer, prefix):
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    if normalizer is not None:
        made.normalizer = normalizer
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator(
        corpus, trainers.BpeTrainer(vocab_size=330, initial_alphabet=alphabet, show_progress=False)
    )
    return made


def unigram():
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=60, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False)
    made.train_from_iterator(corpus, trainer)
    return made


cases = {
    "byte-level": (byte_level(None, False), "words of text"),
    "byte-level, NFC": (byte_level(normalizers.NFC(), False), "some e\u0301"),
    "byte-level, space in front": (byte_level(None, True), "words of text"),
    "Unigram, NFKC, plain text": (unigram(), "words of text"),
    "Unigram, NFKC": (unigram(), "１２３ … e\u0301"),
}
print("tokie", version("tokie"), "tokenizers", version("tokenizers"))
same = {}
for name, (right, text) in cases.items():
    right.save("tokenizer.json")
    expected = right.encode(text, add_special_tokens=False).ids
    found = list(tokie.Tokenizer.from_json("tokenizer.json").encode(text, add_special_tokens=False).ids)
    same[name] = found == expected
    for library, numbers in (("tokenizers", expected), ("tokie     ", found)):
        print(f"{name}, {ascii(text)}: {library} {[right.id_to_token(number) for number in numbers]}")
try:
    fastokens.Tokenizer.from_file("tokenizer.json")
    refused = False
except ValueError as error:
    refused = True
    print("fastokens:", error)
as_seen = list(same.values()) == [True, True, False, True, False] and refused
print("as described" if as_seen else f"changed: {same}")
sys.exit(0 if as_seen else 1)
PYTHON
