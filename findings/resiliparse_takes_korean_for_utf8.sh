#!/usr/bin/env bash
# resiliparse 2.0.1: detect_encoding says "utf-8" of Korean pages in EUC-KR, which it has recognised.
#
# Expected: euc_kr, the name that the encoding has in the WHATWG standard, as pages in Japanese or Russian get theirs; chardet and
#   charset-normalizer give cp949, which decodes the page.
# Seen: with html5_compatible=True, its default, the answer is utf-8; with False it is cp949. The detector's name for the encoding
#   is not among the labels that map_encoding_to_html5 knows, and unknown names become utf-8. HTMLTree.parse_from_bytes then
#   gives "\xbd\xc3\xbf\xa1" for the two letters "\uc2dc\uc5d0", with the name cp949 as well; with euc-kr it is right.
# Why it matters: detect_encoding and parse_from_bytes are how pages of a WARC file are read. A Korean page that does not
#   declare its encoding becomes Latin letters with accents, and is dropped by every filter of language.
# Way round: detect_encoding(page, html5_compatible=False), and where that is cp949 give "euc-kr" to parse_from_bytes.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  resiliparse==2.0.1 chardet==7.7.0 charset-normalizer==3.5.3
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

import chardet
import charset_normalizer
from resiliparse.parse.encoding import detect_encoding
from resiliparse.parse.html import HTMLTree

texts = {
    "Korean": (
        "euc_kr",
        "시에서는 토요일에 열리는 새 도서관 개관식에 모든 시민을 초대합니다. 입장은 무료이며 음악과 다과가 준비되어 있습니다. ",
    ),
    "Japanese": (
        "euc_jp",
        "市は土曜日の新しい図書館の開館式に市民の皆さんをご招待します。入場は無料で、音楽と軽食が用意されています。",
    ),
    "Russian": (
        "koi8_r",
        "Администрация приглашает всех жителей на открытие новой библиотеки в субботу. Вход свободный, будет музыка. ",
    ),
}
print("resiliparse", version("resiliparse"))
right = {}
for language, (encoding, sentence) in texts.items():
    text = sentence * 5
    page = text.encode(encoding)
    found = {
        "resiliparse": detect_encoding(page),
        "resiliparse, html5_compatible=False": detect_encoding(page, html5_compatible=False),
        "chardet": chardet.detect(page)["encoding"],
        "charset-normalizer": charset_normalizer.from_bytes(page).best().encoding,
    }
    for library, name in found.items():
        right[language, library] = page.decode(name, "replace") == text
        print(f"{language} in {encoding}: {library}: {name}, {'right' if right[language, library] else 'wrong'}")
wrong = [key for key, is_right in right.items() if not is_right]
page = f"<html><body><p>{texts['Korean'][1] * 5}</p></body></html>".encode("euc_kr")
shown = {}
for name in (detect_encoding(page), detect_encoding(page, html5_compatible=False), "euc-kr"):
    shown[name] = HTMLTree.parse_from_bytes(page, name).body.text[:2]
    print(f"parse_from_bytes(page, {name!r}): {ascii(shown[name])}")
is_korean = {name: text == texts["Korean"][1][:2] for name, text in shown.items()}
as_seen = wrong == [("Korean", "resiliparse")] and is_korean == {"utf-8": False, "cp949": False, "euc-kr": True}
print("as described" if as_seen else f"changed: {wrong}")
sys.exit(0 if as_seen else 1)
PYTHON
