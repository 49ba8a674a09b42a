"""memos over HTTP."""
