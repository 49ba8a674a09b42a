"""Graph indexes."""
