"""Bibs, representations, files, collections: the three tiers and what holds them together."""
