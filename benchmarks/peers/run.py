"""Running a peer: a script of this folder, in a Python environment of its own that shares nothing with ours."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def peers_python() -> str:
    """The peers' Python: environment variable CORPUSMILL_PEERS_PYTHON, else .venv-peers beside the project's files."""
    return os.environ.get("CORPUSMILL_PEERS_PYTHON", str(HERE.parents[1] / ".venv-peers" / "bin" / "python"))


def run_peer(script: str, *arguments: str) -> dict[str, Any]:
    """What the script prints last, read as JSON. A peer that fails is a RuntimeError with its own words."""
    done = subprocess.run([peers_python(), str(HERE / script), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{script} failed with exit code {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])
