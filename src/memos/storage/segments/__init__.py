"""Cube segments: the columns of one cube in memory, which embedded searches run on."""
