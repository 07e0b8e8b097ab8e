"""What a library sets up: libraries, departments, code tables, letters."""
