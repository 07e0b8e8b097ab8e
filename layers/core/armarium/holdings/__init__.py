"""Physical holdings and items: what digitization starts from."""
