"""Audit: how good what is stored is, judged without a model."""
