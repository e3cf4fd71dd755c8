"""How far the documents of a run may differ from those of the dataset that it replaces."""

from typing import Annotated

from pydantic import Field

from corpusmill.pipeline.config.base.section import Section


class DriftSpec(Section):
    """Limits of drift between the published dataset and what a run is about to publish in its place; null: none.

    Beyond one the run ends before anything is packed, the published dataset stays, and the drift is reported.
    """

    psi: Annotated[float, Field(gt=0)] | None = None
    """Largest population stability index of any signal, and of languages, sources and domains. Common: 0.1 is a
    shift, 0.2 a
    large one."""
    js: Annotated[float, Field(gt=0, le=1)] | None = None
    """Largest Jensen-Shannon divergence of the same, in bits."""
    ignore: tuple[str, ...] = ()
    """Names that have no limit: signals, `language`, `source`, `domain`, `license`, `site`."""
    least_documents: Annotated[int, Field(ge=0)] = 1000
    """Below so many documents on either side nothing is compared (guess)."""
