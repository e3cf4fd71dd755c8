"""The child: reads pages on standard input, runs trafilatura on each, answers on standard output.

The kernel ends it when a page takes more processor time than allowed: the timer's signal keeps its default action, so
no library, lock or C loop can hold it up, and none outlives a parent that died.

Messages both ways: 4 bytes of length, big-endian, then JSON. The first one in holds the settings, see `Settings`.
"""

import logging
import os
import resource
import signal
import sys
from typing import Any, BinaryIO

import orjson

WALL_FACTOR = 20  # a page that sleeps rather than computes is ended after this many times its processor time


def send(stream: BinaryIO, message: Any) -> None:
    """Write one message."""
    body = orjson.dumps(message)
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read one message; EOFError when the other side is gone."""
    head = stream.read(4)
    body = stream.read(int.from_bytes(head, "big")) if len(head) == 4 else b""
    if len(head) < 4 or len(body) < int.from_bytes(head, "big"):
        raise EOFError
    return orjson.loads(body)


def main() -> None:
    """Serve until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    questions = sys.stdin.buffer
    settings = receive(questions)
    limit = settings["memory_limit_bytes"]
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
    import trafilatura  # after the limits, and only in this process: it takes most of a second

    while True:
        try:
            page = receive(questions)
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_PROF, settings["time_limit_s"])
        signal.setitimer(signal.ITIMER_REAL, settings["time_limit_s"] * WALL_FACTOR)
        answer = answer_to(trafilatura, page, settings["options"])
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        send(answers, answer)


def answer_to(trafilatura: Any, page: str, options: dict[str, Any]) -> dict[str, str | None]:
    """Text, title and language of one page, or why there are none."""
    try:
        tree = trafilatura.load_html(page)
        if tree is None:
            return {"failure": "unparsable_html"}
        title = tree.findtext(".//title")
        lang = tree.get("lang")
        text = trafilatura.extract(tree, **options)
    except MemoryError:
        return {"failure": "out_of_memory"}
    except RecursionError:
        return {"failure": "nested_too_deep"}
    except Exception as e:  # whatever a page makes the library raise is that page's failure, not the run's
        return {"failure": f"extractor_error: {type(e).__name__}: {str(e)[:200]}"}
    return {"text": text or "", "title": " ".join(title.split()) if title else None, "lang": lang}


if __name__ == "__main__":
    main()
