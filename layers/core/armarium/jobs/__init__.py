"""Runs of bulk work."""
