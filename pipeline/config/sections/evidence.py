"""What is measured for the report and for `what-if`, beyond what the dataset needs."""

from corpusmill.pipeline.config.base.section import Section, Share


class EvidenceSpec(Section):
    """How well thresholds can be judged before they are changed. The dataset is the same whatever is set here."""

    measure_dropped: Share = 0.01
    """Share of the dropped documents, by hash, that the steps after their drop measure all the same: it shows whether a
    document that a looser threshold lets pass is dropped later. Of those just beyond a single bound 16 times as many
    are measured. 1 on a sample (`--sample 0.1`) gives exact answers, 0 spares the time."""
