"""A chat loop that remembers. No model: where one would be called, a stub prints the prompt.

python examples/chat_loop.py
"""

from __future__ import annotations

import tempfile

from memos import MemOS

TURNS = (
    ("monday", "I have a new dog! His name is Biscuit and he is three."),
    ("monday", "Please keep your answers short from now on."),
    ("friday", "How old is Biscuit?"),
)


def model(prompt: str) -> str:
    """Stands in for a language model."""
    print("--- prompt ---", prompt, "--- end ---", sep="\n")
    return "Noted."


def main() -> None:
    with tempfile.TemporaryDirectory() as home, MemOS(home) as memos:
        memos.store("alice", "instruction", "Keep answers short")
        for turn, (day, said) in enumerate(TURNS):
            context = memos.context("alice", said, max_tokens=500)
            prompt = f"{context}\n\n{said}"
            answer = model(prompt)
            # Even when the whole prompt is stored, the part that came from memory is not learned.
            memos.add_messages(
                "alice",
                [
                    {"role": "user", "content": prompt, "message_id": f"{turn}-user"},
                    {"role": "assistant", "content": answer, "message_id": f"{turn}-assistant"},
                ],
                conversation_id=day,
            )
        remembered = memos.recall("alice", "Biscuit, answers", kinds="episode")
        print("What was remembered:")
        for hit in remembered:
            print(f"- {hit.memory.content}")
        learned = any("memory-context" in hit.memory.content for hit in remembered)
        print("Was the injected block learned?", "yes" if learned else "no")


if __name__ == "__main__":
    main()
