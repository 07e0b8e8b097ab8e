"""Finding titles: the index, what is asked of it, what a hit reveals."""
