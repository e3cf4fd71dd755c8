"""The job that the benchmarks of ingest run: FineWeb's rules on WET files, for English."""

import json
from pathlib import Path

# As the peer's script has it: its C4 needs no terminal punctuation.
STEPS = """
  - signals.language
  - decide.language: {keep: [en], min_score: 0.65}
  - signals.gopher_repetition: {words: whitespace}
  - decide.gopher_repetition
  - signals.gopher_quality: {stop_words: en, words: whitespace}
  - decide.gopher_quality
  - rewrite.c4_lines: {end_marks: false}
  - decide.c4
  - signals.fineweb: {words: whitespace}
  - decide.fineweb
"""


def write_job(folder: Path, paths: str, *, workspace: str = "work") -> Path:
    """A job file in `folder` for the WET files at `paths`; its workspace and output lie beside it."""
    path = folder / f"{workspace}.yaml"
    path.write_text(
        f"name: ingest\nworkspace: {json.dumps(str(folder / workspace))}\noutput: {json.dumps(str(folder / 'out'))}\n"
        f"inputs:\n  - source: wet\n    format: wet\n    paths: [{json.dumps(paths)}]\n"
        f"documents:{STEPS}dedup: {{near: fineweb}}\nmix: {{}}\n",
        encoding="utf-8",
    )
    return path
