"""Says what a run costs: rates of an earlier run, prices, a prediction, and how far it was off."""
