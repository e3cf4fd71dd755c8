"""The command line as somebody runs it who may not read and write everything, also where tests run as root."""

import ctypes
import os
import subprocess
import sys

from tests.pipeline.jobs import ROOT

PR_CAPBSET_DROP = 24  # prctl.h
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2  # capability.h: what lets root pass by modes of files


def without_root_rights() -> None:
    """Programs that this process starts from now on are bound by the modes of files."""
    if os.geteuid() != 0:
        return
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if ctypes.CDLL(None, use_errno=True).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "cannot give up the right to read every file")


def corpusmill_unprivileged(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As `corpusmill`, bound by the modes of files."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        cwd=ROOT,
        preexec_fn=without_root_rights,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
