"""Writes the answers of a stage to the workspace, each under a name of its content."""

import hashlib

from corpusmill.cluster.storage import Store


def publish_answer(store: Store, content: bytes, ending: str) -> str:
    """Write an answer under the digest of its content, once; gives its name."""
    name = f"answers/{hashlib.sha256(content).hexdigest()[:32]}.{ending}"
    if not store.exists(name):
        store.publish(name, content)
    return name
