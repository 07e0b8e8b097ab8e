"""The pages: for readers, and for staff."""
