"""Tests of what watches, schedules and deploys jobs."""
