"""From the drop folder into the inventory."""
