"""Declares the commands: arguments and options, nothing heavy is imported."""
