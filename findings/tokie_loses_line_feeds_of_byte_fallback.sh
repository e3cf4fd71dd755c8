#!/usr/bin/env bash
# tokie 0.1.4: with a tokenizer.json of the form of Llama 2, "first line\nsecond" becomes the tokens of "first lineseecond".
#
# Expected: the ids of tokenizers 0.23.3, whose file it reads ("Fast, correct tokenizer"), or an error for what it does not know.
#   fastokens 0.3.5, gigatoken 0.10.0 and kitoken 0.11.1 give the same ids.
# Seen: where a BPE model has byte fallback, and the line feed is one of its bytes <0x0A>, the byte is left out and a
#   neighbour is written twice; a short text may have no token at all. decode leaves the mark U+2581 in place of spaces.
# Why it matters: no error, and about as many tokens as there should be, so that counts and budgets look right. Text without line
#   feeds is right. chonkie 1.7.0, which cuts documents by tokens, depends on tokie.
# Way round: compare the ids with those of tokenizers on text with line feeds before a library is changed for a faster one.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  tokie==0.1.4 tokenizers==0.23.3 fastokens==0.3.5 gigatoken==0.10.0 kitoken==0.11.1
cd "$folder"
HF_HUB_OFFLINE=1 RUST_BACKTRACE=0 venv/bin/python - <<'PYTHON'
import json
import sys
from importlib.metadata import version

import fastokens
import gigatoken
import kitoken
import tokie
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

SPECIAL = ["<unk>", "<s>", "</s>"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
corpus = ["the first line and the second line of a text, with a few more words in a second sentence"] * 20
learner = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
learner.pre_tokenizer = pre_tokenizers.Metaspace()
trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIAL + BYTES, show_progress=False)
learner.train_from_iterator(corpus, trainer)
form = json.loads(learner.to_str())
form["added_tokens"] = form["added_tokens"][:3]  # the bytes are pieces of the vocabulary alone, as in Llama 2
form["pre_tokenizer"] = None
right = Tokenizer.from_str(json.dumps(form))
right.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
right.decoder = decoders.Sequence(
    [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
)
right.save("tokenizer.json")

quick = tokie.Tokenizer.from_json("tokenizer.json")
others = {
    "fastokens": lambda text, one=fastokens.Tokenizer.from_file("tokenizer.json"): one.encode(text),
    "gigatoken": lambda text, one=gigatoken.Tokenizer(right).as_hf(): one.encode(text),
    "kitoken": lambda text, one=kitoken.Kitoken.from_tokenizers_file("tokenizer.json"): one.encode(text),
}


def ids(encoded):
    return list(getattr(encoded, "ids", encoded))


def pieces(numbers):
    return [right.id_to_token(number) for number in numbers]


print("tokie", version("tokie"), "tokenizers", version("tokenizers"))
same, agreed = {}, True
for text in ("the first line", "the first line\nsecond line", "a\nb"):
    expected = right.encode(text, add_special_tokens=False).ids
    found = ids(quick.encode(text, add_special_tokens=False))
    same[text] = expected == found
    print(f"{text!r}\n  tokenizers {pieces(expected)}\n  tokie      {pieces(found)} -> {quick.decode(found)!r}")
    for name, encode in others.items():
        agrees = ids(encode(text)) == expected
        agreed &= agrees
        print(f"  {name}: {'the same ids' if agrees else 'other ids'} as tokenizers")
as_seen = list(same.values()) == [True, False, False] and agreed
print("as described" if as_seen else f"changed: {same}, others agree: {agreed}")
sys.exit(0 if as_seen else 1)
PYTHON
