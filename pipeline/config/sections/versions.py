"""How many versions of a dataset stay, and when a new one is held back."""

from corpusmill.pipeline.config.base.section import Positive, Section, Share


class VersionsSpec(Section):
    """What happens to the versions that `corpusmill update` publishes."""

    keep: Positive = 6
    """How many of the newest versions stay; the latest and those with a tag always do."""
    max_shrink: Share = 0.5
    """A new version with less than this share fewer tokens becomes the latest; one that lost more is held back, for a
    person to look at. 0.5: guess."""
