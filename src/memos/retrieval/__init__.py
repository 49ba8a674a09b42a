"""From a question to the memories that answer it: plan, legs, features, rank, pack."""
