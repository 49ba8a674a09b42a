"""Settings that name models and hold keys, and the registry that knows both."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields

import pytest

from memos import registry
from memos.errors import InvalidInput, MissingDependency
from memos.providers.chat.pydantic_ai import PydanticAIChat
from memos.providers.rerank.chat import ChatReranker
from memos.settings import PREFIX, Secret, Settings

KEY = "sk-top-secret"
KEYS = [field.name for field in fields(Settings) if isinstance(field.default, Secret)]
URLS = {
    "embedder": "openai:http://127.0.0.1:1/v1?model=m&dimension=8",
    "reranker": "rerank:http://127.0.0.1:1/v1?model=m",
    "chat_model": "openai:http://127.0.0.1:1/v1?model=m",
}


def test_the_settings_that_hold_keys():
    assert KEYS == ["queue_key", "embedder_key", "reranker_key", "chat_model_key"]


@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_shown_nowhere(name):
    loaded = Settings.load({PREFIX + name.upper(): KEY})
    assert getattr(loaded, name).reveal() == KEY
    for shown in (repr(loaded), str(loaded), f"{getattr(loaded, name)}", repr(vars_of(loaded))):
        assert KEY not in shown
        assert "***" in shown


def vars_of(loaded: Settings) -> dict[str, object]:
    return {field.name: getattr(loaded, field.name) for field in fields(loaded)}


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["table", "json"])
def test_the_command_line_does_not_show_it(more, tmp_path, monkeypatch):
    monkeypatch.setenv("MEMOS_EMBEDDER_KEY", KEY)
    monkeypatch.setenv("MEMOS_HOME", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "memos", "settings", *more],
        capture_output=True,
        text=True,
        check=True,
    )
    assert KEY not in done.stdout + done.stderr
    assert "***" in done.stdout
    if more:
        values = {one["name"]: one["value"] for one in json.loads(done.stdout)}
        assert (values["embedder_key"], values["reranker_key"]) == ("***", "")


@pytest.mark.parametrize("value", [f"{KEY}\n", f" {KEY}", "schlüssel", 7, Secret("a b")])
def test_a_key_that_no_header_can_hold(value):
    with pytest.raises(InvalidInput) as caught:
        Settings.load({}, embedder_key=value)
    assert caught.value.field == "embedder_key"
    assert KEY not in str(caught.value)


def test_keys_are_equal_when_their_texts_are():
    assert Secret(KEY) == Secret(KEY)
    assert hash(Secret(KEY)) == hash(Secret(KEY))
    assert Secret(KEY) != Secret("")
    assert Secret(KEY) != KEY
    assert (bool(Secret(KEY)), bool(Secret(""))) == (True, False)


def test_the_defaults_ask_no_server():
    loaded = Settings.load({})
    assert (loaded.reranker, loaded.chat_model) == ("none", "none")
    assert not any(getattr(loaded, name) for name in KEYS)


@pytest.mark.parametrize("role", URLS)
def test_the_registry_builds_with_url_and_key(role):
    needs = {"url": lambda: URLS[role], "key": lambda: Secret(KEY)}
    made = registry.build(role, URLS[role], needs)
    assert getattr(made, "_service", made)._key == Secret(KEY)


def test_a_chat_model_is_handed_to_the_reranker():
    chat = PydanticAIChat(URLS["chat_model"])
    made = registry.build("reranker", "chat", {"chat_model": lambda: chat})
    assert isinstance(made, ChatReranker)
    assert made.name == "chat/openai/m"


@pytest.mark.parametrize(
    ("role", "package", "extra"),
    [
        ("embedder", "httpx", "http"),
        ("reranker", "httpx", "http"),
        ("chat_model", "pydantic_ai", "models"),
    ],
)
def test_without_its_package_the_extra_is_named(role, package, extra):
    code = (
        "import sys; role, url, package = sys.argv[1:]; sys.modules[package] = None\n"
        "from memos import registry\n"
        "try: registry.build(role, url, {'url': lambda: url})\n"
        "except ImportError as error: print(type(error).__name__, error)"
    )
    command = [sys.executable, "-c", code, role, URLS[role], package]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(MissingDependency.__name__)
    assert f"pip install 'memos-engine[{extra}]'" in done.stdout


@pytest.mark.parametrize("role", URLS)
def test_an_unknown_name_is_refused(role):
    with pytest.raises(InvalidInput) as caught:
        registry.load(role, "telepathy")
    assert caught.value.field == role
