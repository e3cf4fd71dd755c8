#!/usr/bin/env bash
# transformers 5.24.0: train_new_from_iterator on a tokenizer with byte fallback gives one that turns every new letter into <unk>.
#
# Expected: the new tokenizer has the properties of the old one: a letter that is not in the vocabulary becomes its bytes,
#   <0xE6><0x9D><0xB1>, and decode gives the text back.
# Seen: the 256 pieces of bytes are not in the new vocabulary, since the trainer of tokenizers 0.23.3 does not know of them;
#   byte_fallback is still true in the new file, and has nothing to fall back to. "hello 東京" comes back as "hello <unk>".
# Why it matters: tokenizers made from SentencePiece models, as Llama 2's is, have this form, and one's own is made from theirs
#   by this function. Text in other scripts is lost without an error; with fuse_unk a run of new letters is one token.
# Way round: train with tokenizers and name the 256 pieces "<0x00>" to "<0xFF>" in the trainer's special_tokens, and look
#   that byte pieces are what encode gives; or train a byte-level BPE with initial_alphabet.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check transformers==5.24.0 tokenizers==0.23.3
cd "$folder"
TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1 venv/bin/python - 2> log.txt <<'PYTHON' || { cat log.txt; exit 1; }
import json
import sys

import tokenizers
import transformers
from tokenizers import decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
TEXT = "hello 東京"


def bare(vocabulary):
    """A tokenizer of the form of Llama 2: BPE with byte fallback."""
    made = tokenizers.Tokenizer(
        models.BPE(vocab=vocabulary, merges=[], byte_fallback=True, fuse_unk=True, unk_token="<unk>")
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    return made


def wrapped(backend):
    return PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="<unk>")


corpus = ["hello world, this is some text to learn from"] * 10
letters = sorted(set("▁hello" + "".join(corpus)) - {" "})
old = wrapped(bare({piece: number for number, piece in enumerate(["<unk>", *BYTES, *letters])}))
new = old.train_new_from_iterator([corpus], 400)
by_hand = bare({"<unk>": 0})
trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<unk>", *BYTES], show_progress=False)
by_hand.train_from_iterator(corpus, trainer)
named = wrapped(by_hand)

print("transformers", transformers.__version__, "tokenizers", tokenizers.__version__)
back = {}
for name, tokenizer in (("old", old), ("new", new), ("bytes named", named)):
    back[name] = tokenizer.decode(tokenizer(TEXT)["input_ids"])
    print(f"{name}: {tokenizer.tokenize(TEXT)} -> {back[name]!r}")
model = json.loads(new.backend_tokenizer.to_str())["model"]
held = sum(piece in model["vocab"] for piece in BYTES)
print(f"new: byte_fallback {model['byte_fallback']}, {held} of 256 pieces of bytes")
as_seen = back["old"] == TEXT and "東" not in back["new"] and model["byte_fallback"] and held == 0 and back["bytes named"] == TEXT
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
