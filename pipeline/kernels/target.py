"""Chooses the processor that kernels are compiled for: one that nearly all machines surpass, so that they can travel.

Nothing but the standard library and llvmlite is imported here: Numba reads its variables when it is imported.
"""

import os
import platform
from dataclasses import dataclass

CPU_NAME, CPU_FEATURES = "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"  # Numba's own variables


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A processor as LLVM names it, and the features that a machine must have to run code for it."""

    cpu: str
    needs: frozenset[str]


# Source: x86-64 psABI, microarchitecture levels; LLVM's names of the features. Armv8-A has Neon in every processor.
X86_64_V3 = "cx16 sahf popcnt sse3 ssse3 sse4.1 sse4.2 avx avx2 bmi bmi2 f16c fma lzcnt movbe xsave"
BASELINES = {
    "x86_64": Baseline(cpu="x86-64-v3", needs=frozenset(X86_64_V3.split())),
    "aarch64": Baseline(cpu="generic", needs=frozenset()),
    "arm64": Baseline(cpu="generic", needs=frozenset()),
}


def choose() -> None:
    """Set Numba's target to the baseline, for this process and those it starts. Call before importing Numba.

    A machine without the features of the baseline, or of another architecture, compiles for itself, as Numba does by
    default. A target that the environment names already stays.
    """
    if CPU_NAME in os.environ or CPU_FEATURES in os.environ:
        return
    baseline = BASELINES.get(platform.machine())
    if baseline is not None and baseline.needs <= features():
        os.environ[CPU_NAME], os.environ[CPU_FEATURES] = baseline.cpu, ""


def target() -> str:
    """The processor that this process compiles for, and on which system."""
    import llvmlite.binding as llvm

    cpu = os.environ.get(CPU_NAME) or llvm.get_host_cpu_name()
    own = os.environ.get(CPU_FEATURES)
    return f"{llvm.get_process_triple()} {cpu} {own if own is not None else ','.join(sorted(features()))}".strip()


def features() -> frozenset[str]:
    """What this machine's processor can do, by LLVM's names; empty where LLVM cannot say."""
    import llvmlite.binding as llvm

    try:
        return frozenset(name for name, has in llvm.get_host_cpu_features().items() if has)
    except RuntimeError:
        return frozenset()
