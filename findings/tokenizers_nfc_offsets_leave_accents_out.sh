#!/usr/bin/env bash
# tokenizers 0.23.3: with the normalizer NFC, as many models have it, the offsets of a word leave out its accents.
#
# Expected: the offsets of all tokens cover the text, but for white space: text[start:end] of "café" is "café", whether its last
#   letter is one character or two.
# Seen: of a letter that is composed from two characters the offsets have the first alone. "cafe" + U+0301 is (0, 4), the accent
#   at 4 belongs to no token; of the half-width kana ｶ + ﾞ under NFKC the mark is left out as well.
# Why it matters: texts with marks apart (Vietnamese, file names and text of macOS, OCR) are masked, highlighted or cut by
#   offsets: personal data is replaced and its accent stays, labels of words miss their last sign, spans are cut between
#   a letter and its mark.
# Way round: normalize the text to NFC first (unicodedata.normalize), then encode, and keep that text.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tokenizers==0.23.3
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
import unicodedata

import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers


def uncovered(normalizer, text):
    """The characters of the text that no token's offsets have."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={sign: number for number, sign in enumerate(alphabet)}, merges=[]))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    covered = {at for start, end in tokenizer.encode(text).offsets for at in range(start, end)}
    return "".join(sign for at, sign in enumerate(text) if at not in covered)


print("tokenizers", tokenizers.__version__)
apart = unicodedata.normalize("NFD", "café Việt Nam")
cases = {
    "composed, NFC": (normalizers.NFC(), "café Việt Nam"),
    "apart, no normalizer": (None, apart),
    "apart, NFC": (normalizers.NFC(), apart),
    "half-width kana, NFKC": (normalizers.NFKC(), "ｶﾞｲﾄﾞ"),
}
missing = {}
for name, (normalizer, text) in cases.items():
    missing[name] = uncovered(normalizer, text)
    print(f"{name}: {len(text)} characters, in no token: {[f'U+{ord(sign):04X}' for sign in missing[name]]}")
described = {"composed, NFC": "", "apart, no normalizer": "", "apart, NFC": "\u0301\u0323\u0302", "half-width kana, NFKC": "ﾞﾞ"}
print("as described" if missing == described else "changed")
sys.exit(0 if missing == described else 1)
PYTHON
