"""What `plan` prints for every example job in an empty workspace, one reviewable text each in tests/golden/plans.

The jobs are the demo, the starter and every job file of the documentation whose inputs come with the repository.
`CORPUSMILL_REWRITE_GOLDEN=1 pytest tests/golden/test_plans.py` writes the texts anew.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpusmill.pipeline.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FOLDER = Path(__file__).parent / "plans"
REWRITE = os.environ.get("CORPUSMILL_REWRITE_GOLDEN") == "1"
FILE = re.compile(r"^```(?:yaml|python|json|text)? ?file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELSEWHERE = {
    "from-s3.yaml",
    "classified.yaml",
    "monthly.yaml",
}  # inputs in a store, or made by an earlier command


def pages() -> list[tuple[str, Path]]:
    """Name of each job file in the documentation, and its page."""
    found = [
        (name, page)
        for page in [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
        for name, content in FILE.findall(page.read_text(encoding="utf-8"))
        if re.search(r"^inputs:", content, re.MULTILINE)
    ]
    return [(name, page) for name, page in found if name not in ELSEWHERE]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with the examples where the pages expect them."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def is_golden(name: str, job: Path) -> None:
    """Assert that the plan of `job` is the golden text `name`, the folder of the test written as FOLDER."""
    done = CliRunner().invoke(main, ["plan", str(job)])
    assert done.exit_code == 0, (done.output, done.exception)
    plan = done.output.replace(str(Path.cwd()), "FOLDER").replace(str(ROOT), "ROOT")
    golden = FOLDER / f"{name}.txt"
    if REWRITE:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(plan, encoding="utf-8")
    assert plan == golden.read_text(encoding="utf-8")


def test_of_the_demo(here):
    shutil.copyfile(ROOT / "examples" / "demo" / "demo.yaml", here / "demo.yaml")
    (here / "data").symlink_to(ROOT / "examples" / "demo" / "data")
    is_golden("demo", Path("demo.yaml"))


def test_of_the_starter(here):
    assert CliRunner().invoke(main, ["init", "job.yaml"]).exit_code == 0
    (here / "data").symlink_to(ROOT / "examples" / "demo" / "data")
    is_golden("starter", Path("job.yaml"))


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "page"), pages(), ids=[name for name, _ in pages()])
def test_of_the_documentation(here, name, page):
    for file, content in FILE.findall(page.read_text(encoding="utf-8")):
        (here / file).write_text(content, encoding="utf-8")
    is_golden(f"{page.stem}-{Path(name).stem}", Path(name))


def test_no_golden_text_is_of_a_job_that_no_longer_exists():
    names = {"demo", "starter", *(f"{page.stem}-{Path(name).stem}" for name, page in pages())}
    assert {file.stem for file in FOLDER.iterdir()} == names
