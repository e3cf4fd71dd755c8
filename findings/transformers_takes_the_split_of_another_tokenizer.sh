#!/usr/bin/env bash
# transformers 5.24.0: AutoTokenizer gives other ids than the tokenizer.json it reads, by what the files beside it are called.
#
# Expected: tokenizer.json is the whole tokenizer: normalizer, split pattern, merges. The ids are those of tokenizers.Tokenizer.
# Seen: with "tokenizer_class": "GPT2Tokenizer", as many byte-level ones name it, only vocabulary and merges are taken and the split
#   of GPT-2 is put in: digits kept apart are joined, NFC is not done. With "PreTrainedTokenizerFast" the file is followed, until
#   the config.json of a model of type qwen2 or qwen3_5 lies beside it: then the split is Qwen's. Without a class, gpt2,
#   gpt_neox, olmo, mamba and others do so. The text decoded again is the same, so nothing looks wrong.
# Why it matters: corpora are tokenized by tokenizer.json (tokenizers, datatrove and others), and the model is evaluated and served
#   through AutoTokenizer: it sees pieces it was not trained on, in numbers above all. A tokenizer of one's own that is
#   saved beside a model of a known architecture is changed by that.
# Way round: PreTrainedTokenizerFast(tokenizer_file=...); compare the ids of a page of digits, code and marks with tokenizers'.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check transformers==5.24.0 tokenizers==0.23.3
cd "$folder"
TOKENIZERS_PARALLELISM=false HF_HOME="$folder/hf" venv/bin/python 2>/dev/null - <<'PYTHON'
import json
import os
import sys

import tokenizers
import transformers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

print("transformers", transformers.__version__, "tokenizers", tokenizers.__version__)
made = Tokenizer(models.BPE())
made.normalizer = normalizers.NFC()
# Digits in groups of three from the right, as several recent models have them.
groups = pre_tokenizers.Split(Regex(r"\p{N}{1,3}(?=(?:\p{N}{3})*\b)| ?\p{L}+|[^\p{L}\p{N}]"), "isolated")
made.pre_tokenizer = pre_tokenizers.Sequence([groups, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
made.decoder = decoders.ByteLevel()
lines = [f"In {year} there were {year * 37} pages, {year * 3} of them from the caf\u00e9." for year in range(1000, 3000)]
trainer = trainers.BpeTrainer(vocab_size=2500, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
made.train_from_iterator(lines, trainer)
TEXT = "In 2024 there were 74888 pages from the cafe\u0301."
print("the file itself:", made.encode(TEXT).tokens)


def loaded(tokenizer_class, model_type):
    """The ids of AutoTokenizer from a folder with the same tokenizer.json: the same or not."""
    place = f"{tokenizer_class}-{model_type}"
    os.makedirs(place)
    made.save(f"{place}/tokenizer.json")
    if tokenizer_class:
        json.dump({"tokenizer_class": tokenizer_class}, open(f"{place}/tokenizer_config.json", "w"))
    if model_type:
        json.dump({"model_type": model_type}, open(f"{place}/config.json", "w"))
    found = AutoTokenizer.from_pretrained(place)
    same = found(TEXT, add_special_tokens=False).input_ids == made.encode(TEXT).ids
    print(f"{tokenizer_class!s:24} model {model_type!s:9}", "same ids" if same else found.tokenize(TEXT))
    return same


FOLDERS = {
    ("PreTrainedTokenizerFast", None): True,
    ("PreTrainedTokenizerFast", "llama"): True,
    ("PreTrainedTokenizerFast", "qwen2"): False,
    ("PreTrainedTokenizerFast", "qwen3_5"): False,
    ("GPT2Tokenizer", None): False,
    ("GPT2Tokenizer", "llama"): False,
    (None, None): True,
    (None, "gpt_neox"): False,
    (None, "olmo"): False,
}
seen = {names: loaded(*names) for names in FOLDERS}
direct = PreTrainedTokenizerFast(tokenizer_file="PreTrainedTokenizerFast-qwen2/tokenizer.json")
round_it = direct(TEXT, add_special_tokens=False).input_ids == made.encode(TEXT).ids
print("PreTrainedTokenizerFast(tokenizer_file=...):", "same ids" if round_it else "other ids")
as_seen = seen == FOLDERS and round_it
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
