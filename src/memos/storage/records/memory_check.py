"""What the in-memory records say about themselves: counts, and invariants that must hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from memos.model.memory import Memory, State
from memos.storage.records.memory_state import Book, Thread


def count(books: Sequence[Book]) -> dict[str, int]:
    """How much there is in all of `books`."""
    chains = [chain for book in books for chain in book.chains.values()]
    forgotten = sum(1 for chain in chains if chain[-1].state is State.FORGOTTEN)
    return {
        "cubes": sum(len(book.cubes) for book in books),
        "messages": sum(len(book.messages) - len(book.hidden) for book in books),
        "memories": len(chains) - forgotten,
        "versions": sum(map(len, chains)),
        "forgotten": forgotten,
        "tainted": sum(1 for chain in chains if chain[-1].tainted),
    }


def check(book: Book) -> list[str]:
    """The invariants that a book breaks, in words."""
    return [*_chains(book), *_conversations(book), *_derivations(book)]


def _chains(book: Book) -> Iterator[str]:
    for memory_id, chain in book.chains.items():
        cube = book.cubes.get(chain[-1].cube_id)
        if cube is None:
            yield f"memory {memory_id} lies in a cube that does not exist"
        elif chain[-1].changed_seq > cube.seq:
            yield f"memory {memory_id} was written by a commit that its cube does not count"
        yield from (f"memory {memory_id} {problem}" for problem in _chain(chain))


def _chain(chain: Sequence[Memory]) -> Iterator[str]:
    if [version.version for version in chain] != list(range(1, len(chain) + 1)):
        yield "has a gap in its versions"
    current = [version.version for version in chain if version.superseded_at is None]
    if current != [chain[-1].version]:
        yield "has not exactly one current version"
    if len({(version.cube_id, version.tainted, version.changed_seq) for version in chain}) > 1:
        yield "says different things in its versions"
    if len({version.state is State.FORGOTTEN for version in chain}) > 1:
        yield "is forgotten in part"


def _conversations(book: Book) -> Iterator[str]:
    ordinals: dict[Thread, list[int]] = defaultdict(list)
    for message in book.messages.values():
        ordinals[message.cube_id, message.conversation_id].append(message.ordinal)
    for (cube_id, conversation), found in ordinals.items():
        if found != list(range(1, len(found) + 1)):
            yield f"conversation {conversation!r} of cube {cube_id!r} has a gap in its ordinals"
    for message_id in book.hidden - book.messages.keys():
        yield f"message {message_id} is forgotten, but was never there"


def _derivations(book: Book) -> Iterator[str]:
    for source, derived in book.derived.items():
        for each in derived:
            if each.source_version == 0:
                known = source in book.messages
            else:
                known = each.source_version <= len(book.chains.get(source, ()))
            if not known:
                yield f"{each.kind} {each.ref} derives from {source}, which is not there"
