"""Extractors of claims that ask a model."""
