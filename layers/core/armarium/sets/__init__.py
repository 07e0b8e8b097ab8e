"""Sets of titles: listed one by one, or as a stored search."""
