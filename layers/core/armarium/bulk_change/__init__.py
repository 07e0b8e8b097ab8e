"""One change of many titles: a set or a search, operations, a preview, a job, the way back."""
