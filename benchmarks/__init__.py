"""What is measured, in one run and as ratios: machines differ, a ratio holds."""
