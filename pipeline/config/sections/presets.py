"""Published settings of near-duplicate removal, in pipeline/recipes/dedup/NAME.yaml, each with its source."""

import functools
import importlib.resources

from ruamel.yaml import YAML

from corpusmill.pipeline import recipes
from corpusmill.pipeline.config.base.section import PlainMap

PRESETS = ("dclm", "fineweb", "marin", "nemo", "redpajama", "refinedweb")


@functools.cache
def preset(name: str) -> PlainMap:
    """What the preset sets in the `near` section of a job; its `version` is raised whenever that changes.

    >>> preset("fineweb")["bands"], preset("fineweb")["rows"]
    (14, 8)
    """
    text = importlib.resources.files(recipes).joinpath("dedup", f"{name}.yaml").read_text(encoding="utf-8")
    told = dict(YAML(typ="safe").load(text))
    del told["version"]
    return told
