"""Pure data: what memos knows and says, without any I/O."""
