"""Hot sets."""
