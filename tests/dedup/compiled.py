"""Run by a test in a process of its own: which kernels deduplication compiles after its warm-up. Argument: `verify`."""

import sys
import tempfile
from pathlib import Path

from numba.core.registry import CPUDispatcher

from corpusmill.pipeline.config.sections.dedup import DedupSpec, NearSpec
from corpusmill.pipeline.dedup import warm as warm_dedup
from tests.dedup.test_invariance import corpus, filled


def compiled() -> set[str]:
    """Every kernel of operators and stages, with each set of types it was made for."""
    return {
        f"{module}.{name}{signature}"
        for module, there in list(sys.modules.items())
        if module.startswith("corpusmill.")
        for name, kernel in vars(there).items()
        if isinstance(kernel, CPUDispatcher)
        for signature in kernel.signatures
    }


if __name__ == "__main__":
    spec = DedupSpec(near=NearSpec(verify=sys.argv[1]), max_removed_share={})  # pyright: ignore[reportArgumentType]
    with tempfile.TemporaryDirectory() as folder:
        workspace = filled(Path(folder), corpus(), 4, spec)
        warm_dedup.warm(spec)
        before = compiled()
        assert before, "no kernel was looked at"
        workspace.dedup(unit_bytes=1 << 14)
        sys.stdout.write("\n".join(sorted(compiled() - before)))
