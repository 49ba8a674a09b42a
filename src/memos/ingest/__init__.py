"""From what was said to what is remembered: parse, segment, extract, reconcile."""
