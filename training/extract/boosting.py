"""LightGBM: fitting a forest, and laying its trees end to end as the extractor walks them."""

from dataclasses import dataclass

import lightgbm
import numpy as np

from corpusmill.operators.extract.html.model.forest import Forest, forest


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Size and pace of one forest. Chosen on held-out hosts of the development pages."""

    trees: int
    leaves: int
    rate: float
    seed: int


FIRST = Settings(trees=200, leaves=47, rate=0.1, seed=0)
SECOND = Settings(trees=100, leaves=31, rate=0.08, seed=1)
PAGE = Settings(trees=40, leaves=8, rate=0.1, seed=2)


def fit(features: np.ndarray, share: np.ndarray, weight: np.ndarray, settings: Settings) -> lightgbm.Booster:
    """A booster for "this block is main text" (share > 0.5); blocks that are half so weigh little."""
    params = {
        "objective": "binary",
        "num_leaves": settings.leaves,
        "max_depth": 7,
        "learning_rate": settings.rate,
        "min_data_in_leaf": 60,
        "feature_fraction": 0.4,
        "bagging_fraction": 0.6,
        "bagging_freq": 1,
        "lambda_l2": 3.0,
        "max_bin": 63,
        "num_threads": 1,  # the same bits everywhere, and no waiting for one another on a busy machine
        "verbose": -1,
        "seed": settings.seed,
        "deterministic": True,
        "force_col_wise": True,
        "feature_pre_filter": False,
    }
    data = lightgbm.Dataset(
        features,
        (share > 0.5).astype(np.int8),
        weight=weight * (0.2 + 1.6 * np.abs(share - 0.5)),
        params={"max_bin": 63, "feature_pre_filter": False, "verbose": -1},
    )
    return lightgbm.train(params, data, settings.trees)


def rounded_down(threshold: float) -> np.float32:
    """The largest float32 not above `threshold`: it parts float32 values as the double does."""
    near = np.float32(threshold)
    return np.nextafter(near, np.float32(-np.inf)) if float(near) > threshold else near


def flatten(booster: lightgbm.Booster) -> Forest:
    """The booster's trees as a Forest: in each tree level by level, so that a node's children stand side by side."""
    roots, depths = [], []
    link: list[int] = []
    threshold: list[np.float32] = []
    value: list[float] = []
    for tree in booster.dump_model()["tree_info"]:
        roots.append(len(link))
        level, next_free, depth = [tree["tree_structure"]], len(link) + 1, -1
        while level:
            depth += 1
            below = []
            for node in level:
                if "split_feature" not in node:
                    link.append(len(link) << 8)
                    threshold.append(np.float32(np.inf))
                    value.append(node["leaf_value"])
                    continue
                if node["decision_type"] != "<=":
                    raise ValueError(f"expected splits by <=, found {node['decision_type']!r}")
                link.append(next_free << 8 | node["split_feature"])
                threshold.append(rounded_down(node["threshold"]))
                value.append(0.0)
                below += [node["left_child"], node["right_child"]]
                next_free += 2
            level = below
        depths.append(depth)
    return forest(
        np.array(roots, np.uint32),
        np.array(depths, np.int32),
        np.array(link, np.uint32),
        np.array(threshold, np.float32),
        np.array(value, np.float32),
    )
