"""What the model learned from is nowhere in the corpora it is measured on."""

import csv
import gzip
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from corpusmill.operators.signals.web.hosts import registered_domain
from corpusmill.operators.text.charset import decoded, detect
from training.conftest import NEED_LIGHTGBM
from training.extract.teacher import deb_of, packages

ROOT = Path(__file__).parents[3]
MANIFEST = ROOT / "training" / "extract" / "manifest.tsv"
MODELS = ROOT / "operators" / "extract" / "models"


@pytest.fixture(scope="module")
def learned() -> list[dict[str, str]]:
    with MANIFEST.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def responses(path: Path) -> Iterator[tuple[str, bytes]]:
    """(address, body) of the responses of a WARC file, as far as it can be read: some are damaged on purpose."""
    try:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, record_types=WarcRecordType.response):
                yield record.headers.get("WARC-Target-URI") or "", record.reader.read()
    except OSError:
        return


def measured(corpora: Path) -> tuple[set[str], set[str]]:
    """Hosts, and hashes of pages and texts, of the crawl and of the WARC fixtures."""
    hosts, hashes = set(), set()
    for path in [*corpora.glob("crawl/LOCAL-MAIN-*0.warc.gz"), *corpora.glob("crawl/LOCAL-MAIN-*[1-9].warc.gz")]:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, record_types=WarcRecordType.response):
                hosts.add(urlsplit(record.headers["WARC-Target-URI"]).hostname or "")
                body = record.reader.read()
                hashes.add(hashlib.sha256(decoded(body, detect(body, record.http_charset)).encode()).hexdigest())
    for path in sorted((corpora / "realwarc").rglob("*.warc*")):
        for url, body in responses(path):
            hosts.add(urlsplit(url).hostname or "")
            if body:
                hashes.add(hashlib.sha256(body).hexdigest())
                hashes.add(hashlib.sha256(decoded(body, detect(body)).encode()).hexdigest())
    for path in corpora.glob("crawl/gold-main-text.jsonl.gz"):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            hashes |= {hashlib.sha256(json.loads(line)["text"].encode()).hexdigest() for line in lines}
    return hosts, hashes


def domains(hosts: Iterable[str]) -> set[str]:
    """The registered domains of hosts; hosts that are none are left out."""
    return {registered_domain(host) or host for host in hosts if host}


def hosts_learned(learned: list[dict[str, str]]) -> set[str]:
    """Hosts of the web addresses, and the hosts that folds were made by."""
    pages = [row for row in learned if not row["kind"].startswith("manual:")]
    return {urlsplit(row["address"]).hostname or "" for row in pages} | {row["host"] for row in pages}


@pytest.mark.thorough
def test_no_domain_and_no_text_is_both_learned_from_and_measured_on(corpora, learned):
    hosts, hashes = measured(corpora)
    assert len(domains(hosts)) >= 45
    assert len(domains(hosts_learned(learned))) >= 1000
    assert not domains(hosts) & domains(hosts_learned(learned))
    assert not hashes & {row[name] for row in learned for name in ("sha256_of_utf8", "sha256_of_text")}


def test_hosts_of_one_owner_are_one_domain():
    """As a training page of docs.apache.org would be caught, which is measured on as httpd.apache.org."""
    assert domains(["docs.apache.org"]) == domains(["httpd.apache.org", ""]) == {"apache.org"}


def test_every_page_has_a_licence_and_the_card_counts_the_languages(learned):
    assert all(row["licence"] for row in learned)
    assert "WCXB" not in {row["licence"] for row in learned}, "the name of a benchmark is no licence"
    languages = {row["kind"] for row in learned if row["kind"].startswith("manual:")}
    assert len(languages) >= 15
    assert f"manuals in {len(languages)} languages" in (MODELS / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_what_ships_names_every_package_its_version_and_its_licence():
    """packages.tsv is in no wheel."""
    notice = (MODELS / "NOTICE").read_text(encoding="utf-8")
    for package in packages():
        assert f"\n{package.licence}\n" in notice, package.licence
        assert f"\n  {package.family} {package.version}:" in notice, package.family
        assert re.search(rf"[ ]{re.escape(package.package)}\s", notice), package.package


def test_a_package_is_found_by_the_name_apt_gives_it_and_by_that_in_the_archive(tmp_path):
    """apt writes the epoch of a version into the name of the file, the archive does not."""
    git = next(package for package in packages() if package.package == "git-doc")
    assert git.version.startswith("1:")
    with pytest.raises(FileNotFoundError, match="apt-get download git-doc=1:"):
        deb_of(git, tmp_path)
    for name in (Path(git.path).name, f"git-doc_{git.version.replace(':', '%3a')}_all.deb"):
        (tmp_path / name).touch()
        assert deb_of(git, tmp_path).name == name


def test_doctests_of_training_are_run_and_none_needs_lightgbm():
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert "training" in tomllib.load(file)["tool"]["pytest"]["ini_options"]["testpaths"]
    for path in sorted((ROOT / "training").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        needs = re.search(r"^(?:import lightgbm|from training\.extract\.(?:boosting|fitting))", text, re.MULTILINE)
        if needs and path.name != "__main__.py":
            assert str(path.relative_to(ROOT / "training")) in NEED_LIGHTGBM
            assert ">>>" not in text, f"{path.name}: its doctest would not run where LightGBM is missing"
