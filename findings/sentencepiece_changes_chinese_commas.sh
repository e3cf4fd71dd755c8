#!/usr/bin/env bash
# sentencepiece 0.2.1: with its defaults, text comes back from encode and decode with ASCII commas and Chinese full stops.
#
# Expected: decode(encode(text)) is the text, but for unknown characters; or, if width is folded, all marks of a text are.
# Seen: the default rule, nmt_nfkc, writes ，！？：；（） as , ! ? : ; ( ) and leaves 。、「」《》 as they are, because only the
#   former are compatibility forms in Unicode. The model is trained on that text and gives it back: 你好，世界。 becomes
#   你好,世界。. Byte fallback does not help, since the rule runs before. With normalization_rule_name="identity" the text
#   comes back as it was.
# Why it matters: a language model with such a tokenizer can never write a Chinese comma, and token counts, offsets and
#   deduplication over decoded text no longer fit the documents.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sentencepiece==0.2.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import io
import sys

import sentencepiece as spm

print("sentencepiece", spm.__version__)
text = "你好，世界。真的吗？（是的：很好！）他说、「好」；《书》"
lines = [text, "今天天气很好，我们去走走。", "你知道吗？这本书（上册）很好！"] * 50


def back(**options):
    model = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, vocab_size=400, model_type="bpe", character_coverage=1.0,
        byte_fallback=True, hard_vocab_limit=False, minloglevel=2, **options,
    )
    processor = spm.SentencePieceProcessor(model_proto=model.getvalue())
    return processor.decode(processor.encode(text))


default, identity = back(), back(normalization_rule_name="identity")
print("text    ", text)
print("default ", default)
print("identity", identity)
folded = text.translate(str.maketrans("，？（：！）；", ",?(:!);"))
as_seen = identity == text and default == folded and default != text
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
