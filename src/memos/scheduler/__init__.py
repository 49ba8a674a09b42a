"""Background work: knows tasks, not memories."""
