"""Benchmarks behind ``memos bench``: each prints its figures as data."""
