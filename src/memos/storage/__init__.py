"""Layer 1: a folder for each role, in it a file for each product."""
