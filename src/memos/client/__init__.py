"""memos over the network: what can be called, and clients that call it."""
