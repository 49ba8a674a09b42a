"""Layer 2: memory types over the storage that the registry names."""
