"""One interface per file; its docstring states what every backend owes its callers."""
