"""Gives the least score of each language that the shipped model is less sure of, and which languages it mixes up.

Source: measured by training/languages/scores.py on test sentences of lingua-py, the Universal Declaration of Human
        Rights and tldr pages; for the rest 0.65: Penedo et al. 2023 (RefinedWeb), arXiv:2306.01116, section 3.1.
"""

PUBLISHED = 0.65

LEAST_SCORES = {
    "af": 0.45,
    "ca": 0.45,
    "da": 0.55,
    "ga": 0.35,
    "gd": 0.3,
    "gl": 0.55,
    "hr": 0.25,
    "hsb": 0.2,
    "ht": 0.2,
    "ia": 0.2,
    "id": 0.6,
    "jv": 0.2,
    "la": 0.2,
    "lb": 0.4,
    "mg": 0.4,
    "mt": 0.45,
    "nds": 0.45,
    "nn": 0.4,
    "no": 0.45,
    "qu": 0.2,
    "ro": 0.4,
    "sah": 0.6,
    "sk": 0.55,
    "sl": 0.35,
    "sr": 0.35,
    "su": 0.2,
    "sw": 0.25,
    "tg": 0.55,
    "tk": 0.5,
    "uz": 0.55,
}

# Language: the share of its texts that get its label with its least score, where that is below 0.95.
FOUND_SHARES = {
    "af": 0.9,
    "ast": 0.17,
    "bs": 0.0,
    "ca": 0.93,
    "co": 0.0,
    "gn": 0.0,
    "hsb": 0.83,
    "ht": 0.33,
    "ia": 0.83,
    "io": 0.0,
    "mg": 0.83,
    "min": 0.0,
    "ms": 0.02,
    "nn": 0.86,
    "no": 0.91,
    "os": 0.0,
    "pam": 0.0,
    "qu": 0.83,
    "rm": 0.0,
    "sco": 0.0,
    "so": 0.0,
    "su": 0.83,
    "tyv": 0.0,
    "vec": 0.0,
    "wa": 0.0,
    "war": 0.17,
    "yo": 0.0,
}

# Language: labels that at least a tenth of its texts get instead of its own.
TAKEN_FOR = {
    "ast": ("es",),
    "bs": (
        "hr",
        "sh",
    ),
    "co": ("it",),
    "gn": (
        "es",
        "ast",
    ),
    "io": ("eo",),
    "min": ("id",),
    "ms": ("id",),
    "os": ("ru",),
    "pam": ("en",),
    "rm": ("it",),
    "sco": ("en",),
    "so": (
        "en",
        "fi",
    ),
    "tyv": ("tt",),
    "vec": (
        "es",
        "it",
    ),
    "wa": ("fr",),
    "war": ("ceb",),
    "yo": ("ga",),
}


def least_score(language: str) -> float:
    """The least score of a label, from 0 to 1.

    >>> least_score("en"), least_score("hr") < 0.5
    (0.65, True)
    """
    return LEAST_SCORES.get(language, PUBLISHED)
