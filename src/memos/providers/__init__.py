"""Model vendors and model runtimes: a folder for each role, in it a file for each product."""
