"""`${NAME}` and `${NAME:-default}` in the paths of a job file, and nowhere else."""

import re
from collections.abc import Mapping

from corpusmill.errors import VariableNotSet
from corpusmill.pipeline.config.base.secrets import secret_name

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def expanded(path: str, environment: Mapping[str, str]) -> str:
    """`path` with its variables filled in.

    VariableNotSet for a variable without value and default, and for one that sounds like a secret: what a path says is
    written into manifests.

    >>> expanded("${BUCKET:-s3://mine}/crawl", {})
    's3://mine/crawl'
    """

    def value(match: re.Match[str]) -> str:
        name, default = match.groups()
        if secret_name(name):
            raise VariableNotSet(f"${{{name}}} sounds like a secret, and paths are written into manifests")
        found = environment.get(name) or default
        if found is None:
            raise VariableNotSet(f"the environment variable {name} is not set; set it, or write ${{{name}:-default}}")
        return found

    filled = VARIABLE.sub(value, path)
    if "${" in filled:
        raise VariableNotSet("expected ${NAME} or ${NAME:-default}")
    return filled
