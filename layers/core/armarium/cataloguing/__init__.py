"""What cataloguers do by hand with titles, representations, files and collections."""
