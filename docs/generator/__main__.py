"""Writes docs/reference and docs/pictures from the code; a test fails when they are out of date."""

import json
from pathlib import Path

from corpusmill.pipeline.config.schema import job_schema
from docs.generator import command_line, house, job_file, operator_pages, recipe_page

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
PICTURES = REFERENCE.with_name("pictures")


def pages() -> dict[str, str]:
    """Every file of docs/reference: name -> text."""
    return {
        "job-file.md": job_file.page(),
        "job.schema.json": json.dumps(job_schema(), indent=2, ensure_ascii=False) + "\n",
        "operators.md": operator_pages.page(),
        "recipes.md": recipe_page.page(),
        "command-line.md": command_line.page(),
    }


def pictures() -> dict[str, str]:
    """Every picture that is made of the code: name -> SVG."""
    return {"house.svg": house.picture()}


def main() -> None:
    REFERENCE.mkdir(exist_ok=True)
    made = pages()
    for old in REFERENCE.iterdir():
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
    for name, text in pictures().items():
        (PICTURES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
