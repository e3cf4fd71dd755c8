"""The list of every page the model learned from: where from, under which licence, and hashes of bytes and text."""

import csv
import hashlib
from pathlib import Path

from training.extract.pages import GoldPage
from training.extract.teacher import packages

MANIFEST = Path(__file__).with_name("manifest.tsv")
COLUMNS = ("host", "kind", "address", "licence", "sha256_of_utf8", "sha256_of_text")


def write_manifest(pages: list[GoldPage]) -> None:
    """Writes manifest.tsv, one row a page, in the order given."""
    licences = {package.family: package.licence for package in packages()}
    with MANIFEST.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter="\t", lineterminator="\n")
        rows.writerow(COLUMNS)
        for page in pages:
            rows.writerow(
                (
                    page.host,
                    page.page_type,
                    page.url,
                    licences.get(page.host, "WCXB"),
                    hashlib.sha256(page.utf8).hexdigest(),
                    hashlib.sha256(page.text.encode()).hexdigest(),
                )
            )
