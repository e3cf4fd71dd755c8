"""Holds the state kept between runs."""
