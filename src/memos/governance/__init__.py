"""Rules about who may do what, and what text may do to us; pure functions."""
