"""All kinds of statistics that steps may await, by the name of their stage."""

from typing import Any

from corpusmill.pipeline.stages.gathered.calibrate import Calibrate
from corpusmill.pipeline.stages.gathered.clusters import FindClusters
from corpusmill.pipeline.stages.gathered.common_lines import Lines
from corpusmill.pipeline.stages.gathered.kind import Kind
from corpusmill.pipeline.stages.gathered.near_vectors import FindNearVectors
from corpusmill.pipeline.stages.gathered.pictures import FindSimilarPictures
from corpusmill.pipeline.stages.gathered.rank import Rank
from corpusmill.pipeline.stages.gathered.similar import FindSimilar

KINDS: dict[str, Kind[Any]] = {
    kind.stage: kind
    for kind in (
        Calibrate(),
        FindClusters(),
        FindNearVectors(),
        FindSimilar(),
        FindSimilarPictures(),
        Lines(),
        Rank(),
    )
}
