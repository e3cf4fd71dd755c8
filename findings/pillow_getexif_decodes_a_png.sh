#!/usr/bin/env bash
# Pillow 13.0.0: getexif() of a PNG without EXIF decodes all of its pixels, and fails if they are cut off.
#
# Expected: open() and getexif() read headers alone, as they do for JPEG: a picture has no EXIF, so the answer is {}.
# Seen: of a PNG that has none before its pixels, getexif() decodes the whole picture to look behind them: half a second
#   for 12 million pixels, a thousand times what the size takes; of one cut in the middle it raises OSError, though
#   its size is read without complaint. JPEG gives {} at once in both cases.
# Why it matters: sizes of pictures in a crawl are measured as shown, turned by EXIF. Asked of each picture, PNGs cost
#   as much as decoding all of them, and cut ones, which have a size, look like no pictures.
# A way round: call getexif() only where "exif" is in info, which open() fills from the header.
# Exits 0 while the behaviour is as described, 1 when it changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0
cd "$folder"
venv/bin/python - <<'PYTHON'
import io
import random
import sys
import time
from importlib.metadata import version

from PIL import Image

print("Pillow", version("pillow"))
picture = Image.frombytes("RGB", (2000, 1500), random.Random(1).randbytes(2000 * 1500 * 3))


def written(format_):
    out = io.BytesIO()
    picture.save(out, format_)
    return out.getvalue()


def looked_at(content):
    begin = time.perf_counter()
    with Image.open(io.BytesIO(content)) as opened:
        size, after = opened.size, time.perf_counter()
        try:
            exif = dict(opened.getexif())
        except OSError as error:
            exif = type(error).__name__
    return size, after - begin, exif, time.perf_counter() - after


found = {}
for format_ in ("JPEG", "PNG"):
    content = written(format_)
    for part, name in ((content, format_), (content[: len(content) // 2], f"half of the {format_}")):
        looked_at(part)  # plugins are loaded once
        size, opening, exif, asking = looked_at(part)
        found[name] = size, exif, asking
        print(f"{name}: size {size} in {opening * 1000:.2f} ms, getexif {exif} in {asking * 1000:.2f} ms")
as_seen = (
    found["JPEG"][:2] == found["half of the JPEG"][:2] == found["PNG"][:2] == ((2000, 1500), {})
    and found["half of the PNG"][:2] == ((2000, 1500), "OSError")
    and found["PNG"][2] > 20 * found["JPEG"][2]
)
print("as described" if as_seen else "changed")
sys.exit(0 if as_seen else 1)
PYTHON
