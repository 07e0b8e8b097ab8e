"""Who may see which byte, and why."""
