"""What every capability stands on. Imports none of them."""
