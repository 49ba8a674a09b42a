"""Queues of background work."""
