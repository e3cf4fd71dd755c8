"""LightGBM: fitting a forest, and laying its trees end to end as the extractor walks them."""

from dataclasses import dataclass

import lightgbm
import numpy as np

from operators.extract.html.trees import Forest


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Size and pace of one forest. Chosen on held-out hosts of the development pages."""

    trees: int
    leaves: int
    rate: float
    seed: int


FIRST = Settings(trees=200, leaves=47, rate=0.1, seed=0)
SECOND = Settings(trees=100, leaves=31, rate=0.08, seed=1)


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
        "force_row_wise": True,
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
    """The booster's trees as a Forest."""
    roots, depths, feature, threshold, child, value = [], [], [], [], [], []

    def add(node: dict, depth: int) -> tuple[int, int]:
        at = len(feature)
        if "split_feature" not in node:
            feature.append(0)
            threshold.append(np.float32(np.inf))
            child.extend((at, at))
            value.append(node["leaf_value"])
            return at, depth
        if node["decision_type"] != "<=":
            raise ValueError(f"expected splits by <=, found {node['decision_type']!r}")
        feature.append(node["split_feature"])
        threshold.append(rounded_down(node["threshold"]))
        child.extend((0, 0))
        value.append(0.0)
        child[2 * at], left = add(node["left_child"], depth + 1)
        child[2 * at + 1], right = add(node["right_child"], depth + 1)
        return at, max(left, right)

    for tree in booster.dump_model()["tree_info"]:
        root, depth = add(tree["tree_structure"], 0)
        roots.append(root)
        depths.append(depth)
    return Forest(
        np.array(roots, np.uint32),
        np.array(depths, np.int32),
        np.array(feature, np.uint8),
        np.array(threshold, np.float32),
        np.array(child, np.uint32),
        np.array(value, np.float32),
    )
