"""Records: where the truth is kept."""
