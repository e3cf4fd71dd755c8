"""Compiles the kernels of uses before their job runs: `python -m corpusmill.pipeline.kernels.ahead USE...`.

`make demo` starts it as soon as the packages in requirements/kernels.txt are there, while the others are installed.
"""

import sys

from corpusmill.pipeline.kernels import cache


def main(uses: list[str]) -> None:
    """Compile what the cache lacks. A job that starts meanwhile waits for it, and shows how far it is."""
    cache.choose()
    from corpusmill.pipeline.kernels.compile import compile_uses

    compile_uses(uses, lambda _: None)


if __name__ == "__main__":
    main(sys.argv[1:])
