"""`memos demo`: reads the project's corpus, asks questions and shows what is found and why."""
