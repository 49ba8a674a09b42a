from itertools import islice

from memos.bench.texts import LONGEST, questions, texts
from memos.language.tokens import terms


def vocabulary(made):
    return {term for text in made for term in terms(text)}


def test_the_same_seed_gives_the_same_texts_and_another_one_others():
    first, again, other = (list(islice(texts(seed), 50)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_texts_fit_into_one_memory_and_are_not_blank():
    made = list(islice(texts(), 2_000))
    assert all(text.strip() for text in made)
    assert max(map(len, made)) <= LONGEST


def test_new_words_go_on_appearing_as_in_the_corpus():
    made = list(islice(texts(), 8_000))
    early, late = vocabulary(made[:2_000]), vocabulary(made)
    # Four times the text: 4 ** 0.43 = 1.8 times the words in the corpus itself.
    assert 1.5 < len(late) / len(early) < 2.2


def test_no_question_comes_twice():
    asked = list(islice(questions(), 3_000))
    assert len(set(asked)) == len(asked)
