#!/bin/bash
# A list of languages written by ruamel.yaml loses Norwegian in every reader of YAML 1.1.
# One expects: a YAML library that writes the text "no" writes something that other YAML readers read as a text.
# What happens: ruamel.yaml 0.19.1 writes YAML 1.2, in which `no`, `on` and `12:30` are texts, and leaves them without
# quotes. PyYAML 6.0.3 reads False, True and 750, as do other readers of YAML 1.1, Kubernetes among them for `no` and
# `on`. PyYAML puts quotes around the same texts, so what it writes is read alike by both.
# It matters because corpora are described by language codes: cards of datasets, values of charts and recipes of filters
# are often written by one library and read by another, and `no: 0.3` becomes a rule for the language `False`.
# A way round: write such texts with quotes (`SingleQuotedScalarString`), or set `YAML().version = (1, 1)`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "ruamel.yaml==0.19.1" "PyYAML==6.0.3" 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata
import io
import sys

import yaml
from ruamel.yaml import YAML

for name in ("ruamel.yaml", "PyYAML"):
    print(name, importlib.metadata.version(name))
CARD = {"languages": ["en", "nb", "no"], "share": {"no": "0.5", "on": "x"}, "starts": "12:30"}


def by_ruamel(**settings):
    writer, out = YAML(), io.StringIO()
    for name, value in settings.items():
        setattr(writer, name, value)
    writer.dump(CARD, out)
    return out.getvalue()


written = by_ruamel()
read = yaml.safe_load(written)
print("written by ruamel.yaml, read by PyYAML:     ", read)
print("written by ruamel.yaml, read by itself:     ", dict(YAML(typ="safe", pure=True).load(written)))
print("written by PyYAML, read by ruamel.yaml:     ", YAML(typ="safe", pure=True).load(yaml.safe_dump(CARD)))
print("written by ruamel.yaml as 1.1, read by PyYAML:", yaml.safe_load(by_ruamel(version=(1, 1))))
wrong = {"languages": ["en", "nb", False], "share": {False: "0.5", True: "x"}, "starts": 750}
right = YAML(typ="safe", pure=True).load(written) == CARD == YAML(typ="safe", pure=True).load(yaml.safe_dump(CARD))
sys.exit(0 if read == wrong and right and yaml.safe_load(by_ruamel(version=(1, 1))) == CARD else 1)
PYTHON
