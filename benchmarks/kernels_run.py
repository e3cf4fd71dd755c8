"""One measured compilation, in a process of its own with whatever cache the environment names.

kernels_run.py demo DEMO_FOLDER   the kernels of the demo's job, as a run of it compiles them ahead
kernels_run.py earlier DEMO_FOLDER   the same as commit 419e640 did: its warm-ups, one after another in one process.
                                  Run it in a checkout of that commit.
"""

import sys
from pathlib import Path

from corpusmill.pipeline.execution import process


def demo(folder: Path) -> None:
    """All cores, from the table of kernels."""
    process.prepare()
    from corpusmill.pipeline.config.load import load
    from corpusmill.pipeline.kernels.compile import compile_uses
    from corpusmill.pipeline.preflight import checks
    from corpusmill.pipeline.stages import kernel_uses

    spec = load(folder / "demo.yaml")
    readers = sorted({name for _, name, _ in checks.check(spec)})
    compile_uses(kernel_uses.of_job(spec, readers), lambda _: None)


def earlier(folder: Path) -> None:
    """One process, as the first worker did while the others waited."""
    process.prepare()
    from corpusmill.pipeline.config.load import load
    from corpusmill.pipeline.dedup import warm as dedup
    from corpusmill.pipeline.preflight import checks
    from corpusmill.pipeline.stages import kernels_of_steps as steps

    spec = load(folder / "demo.yaml")
    for file, name, _ in checks.check(spec):
        steps.warm_ingest(spec.to_canonical(), file.source, name)
    dedup.warm(spec.dedup)
    steps.warm_tokens(spec.to_canonical())


if __name__ == "__main__":
    {"demo": demo, "earlier": earlier}[sys.argv[1]](Path(sys.argv[2]))
