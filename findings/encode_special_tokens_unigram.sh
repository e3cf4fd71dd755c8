#!/bin/bash
# `encode_special_tokens = True` of Hugging Face tokenizers is there so that "</s>" written in a text becomes ids of
# ordinary text and not the control token. One would expect that for every model. With a Unigram model (T5, XLM-R,
# most SentencePiece conversions) and with WordLevel the control id comes out all the same: the added-token step passes
# the name on as text, and the model finds it as a word of its own vocabulary. Training documents that mention "</s>"
# then hold an end-of-document token in their middle, although the setting says they cannot.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tokenizers==0.23.3
"$folder/venv/bin/python" - <<'PY'
import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers

unigram = Tokenizer(models.Unigram([("<unk>", 0.0), ("</s>", 0.0), *[(c, -3.0) for c in "a</s>\u2581"]], unk_id=0))
unigram.pre_tokenizer = pre_tokenizers.Metaspace()
words = Tokenizer(models.WordLevel({"<unk>": 0, "</s>": 1, "a": 2}, unk_token="<unk>"))
words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
bpe = Tokenizer(models.BPE({"<unk>": 0, "</s>": 1, **{c: n for n, c in enumerate("a</s> ", 2)}}, [], unk_token="<unk>"))
print("tokenizers", tokenizers.__version__, "encode_special_tokens = True, text 'a </s> a', </s> is id 1")
found = {}
for name, made in (("Unigram", unigram), ("WordLevel", words), ("BPE", bpe)):
    made.add_special_tokens(["<unk>", "</s>"])
    made.encode_special_tokens = True
    ids = made.encode("a </s> a").ids
    found[name] = 1 in ids
    print(f"{name:10} ids {ids}  holds the control token: {found[name]}")
raise SystemExit(0 if found == {"Unigram": True, "WordLevel": True, "BPE": False} else 1)
PY
