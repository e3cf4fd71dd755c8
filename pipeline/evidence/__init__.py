"""Gathers what thresholds are decided on, adds it up, and predicts what other thresholds would keep."""
