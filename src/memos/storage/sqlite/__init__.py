"""The one SQLite database that all embedded roles share."""
