"""``python -m memos``: the same as ``memos``."""

from memos.cli import main

if __name__ == "__main__":
    main()
