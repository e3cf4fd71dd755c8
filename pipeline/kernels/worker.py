"""Compiles kernels one after another, as they are named on standard input; each answer is a line on standard output.

A process of `pipeline.kernels.parallel`. A request is `["module:function", types]`, an answer its CPU seconds.
"""

import gc
import json
import sys
import time
import warnings

from corpusmill.pipeline.kernels import cache

COLLECT_AFTER = 200_000  # new objects; Numba makes millions that live as long as a kernel is compiled


def main() -> None:
    """Answer until the input ends; also for a kernel that cannot be compiled, as its line is out of date."""
    cache.choose()
    from corpusmill.pipeline.kernels import signatures

    warnings.simplefilter("ignore")
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    for line in sys.stdin:
        name, kinds = json.loads(line)
        started = time.process_time()
        error = None
        try:
            signatures.class_of(name).compile(tuple(signatures.read(kind) for kind in kinds))
        except Exception as e:
            error = f"{type(e).__name__}: {e}"
        print(json.dumps({"cpu_s": time.process_time() - started, "error": error}), flush=True)


if __name__ == "__main__":
    main()
