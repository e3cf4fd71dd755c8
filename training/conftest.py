"""Which modules are searched for doctests: not those that need LightGBM where it is missing, as beside the product."""

from importlib.util import find_spec

NEED_LIGHTGBM = ("extract/boosting.py", "extract/fitting.py", "extract/parity.py")
collect_ignore = [] if find_spec("lightgbm") else list(NEED_LIGHTGBM)
