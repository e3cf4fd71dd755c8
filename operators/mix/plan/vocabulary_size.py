"""Estimates how large a vocabulary is worth its parameters in a model of a given size.

Source: Tao et al. 2024, "Scaling Laws with Vocabulary", arXiv:2407.13623: vocabulary parameters (size times embedding
        width) of compute-optimal models grow with the others to the power 0.83, from 43,000 tokens of width 3,200 at 3
        billion; by their derivative-based estimate. Models trained on more tokens than compute-optimal bear more.
"""

import math

import numpy as np

EXPONENT = 0.835
REFERENCE_PARAMS, REFERENCE_VOCABULARY_PARAMS = 3e9, 43_000 * 3_200.0
# Parameters without embeddings, and width: the models of that paper, and beyond them those of its predictions.
WIDTHS = (
    (33e6, 512), (85e6, 768), (302e6, 1024), (631e6, 1536), (1.13e9, 2048), (3e9, 3200), (7e9, 4096), (13e9, 5120),
    (30e9, 6048), (70e9, 8192), (130e9, 12288), (300e9, 16384),
)  # fmt: skip


def usual_width(params: float) -> float:
    """The embedding width of models of so many parameters, between those of WIDTHS; outside by the cube root.

    >>> round(usual_width(7e9)), round(usual_width(33e6 / 8))
    (4096, 256)
    """
    sizes, widths = (np.array(column, float) for column in zip(*WIDTHS, strict=True))
    within = min(max(params, sizes[0]), sizes[-1])
    width = float(np.exp(np.interp(math.log(within), np.log(sizes), np.log(widths))))
    return width * (params / within) ** (1 / 3)


def optimal_vocabulary(params: float, width: float | None = None) -> float:
    """Tokens of a compute-optimal vocabulary for a model of `params` parameters without embeddings.

    width: of its embeddings; None: as is usual for the size. ValueError unless both are above 0.

    >>> [round(optimal_vocabulary(params), -3) for params in (3e9, 7e9, 70e9)]
    [43000.0, 68000.0, 233000.0]
    """
    if not (math.isfinite(params) and params > 0) or (width is not None and not width > 0):
        raise ValueError(f"params and width must be above 0, got {params!r} and {width!r}")
    vocabulary_params = REFERENCE_VOCABULARY_PARAMS * (params / REFERENCE_PARAMS) ** EXPONENT
    return vocabulary_params / (usual_width(params) if width is None else width)
