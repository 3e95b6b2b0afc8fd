from pathlib import Path

import pytest

from frieza_tui.domain.errors import SettingsError
from frieza_tui.settings import environ_without_keys, is_key, load_settings, settings_file


def write(text: str) -> Path:
    path = settings_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    return path


def test_nothing_set_means_defaults() -> None:
    loaded = load_settings({}, {})
    assert loaded.settings.api == "auto"
    assert loaded.sources == {}


def test_flag_wins_over_environment_over_file() -> None:
    path = write('model = "file"\ntheme = "file"\nassistant = "file"')
    environ = {"FRIEZA_TUI_MODEL": "environment", "FRIEZA_TUI_THEME": "environment"}
    loaded = load_settings({"model": "flag", "theme": None}, environ)
    settings = loaded.settings
    assert (settings.model, settings.theme, settings.assistant) == ("flag", "environment", "file")
    assert loaded.sources == {"model": "command line", "theme": "environment", "assistant": str(path)}


def test_our_own_variable_wins_over_the_shared_one() -> None:
    environ = {"OPENAI_API_KEY": "shared", "FRIEZA_TUI_API_KEY": "own", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}
    settings = load_settings({}, environ).settings
    assert (settings.api_key, settings.base_url) == ("own", "http://127.0.0.1:1/v1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("modle = 'x'", ["modle", "model"]),
        ("api = 'soap'", ["api", "soap", "assistants"]),
        ("keep = 'yes'", ["keep", "true, false"]),
        ("read_timeout_s = 'long'", ["read_timeout_s", "a number"]),
        ("read_timeout_s = -1", ["read_timeout_s", "above 0"]),
        ("read_timeout_s = nan", ["read_timeout_s", "above 0"]),
        ("base_url = 'localhost'", ["base_url", "web address"]),
        ("base_url = 'http://[::1'", ["base_url", "web address"]),
        ("base_url = 'http://two words/v1'", ["base_url", "web address"]),
        ("api_key = '鍵'", ["api_key", "Latin letters"]),
        ('api_key = "two\\nlines"', ["api_key", "Latin letters"]),
        ("model = ", ["TOML"]),
    ],
)
def test_a_wrong_file_is_refused_with_file_key_and_what_is_allowed(text: str, words: list[str]) -> None:
    path = write(text)
    with pytest.raises(SettingsError) as caught:
        load_settings({}, {})
    for word in [str(path), *words]:
        assert word in str(caught.value)
    assert "鍵" not in str(caught.value)


def test_a_wrong_variable_is_refused() -> None:
    with pytest.raises(SettingsError, match="FRIEZA_TUI_API"):
        load_settings({}, {"FRIEZA_TUI_API": "soap"})


def test_values_of_variables_are_read_as_their_kind() -> None:
    settings = load_settings({}, {"FRIEZA_TUI_KEEP": "true", "FRIEZA_TUI_READ_TIMEOUT_S": "2.5"}).settings
    assert (settings.keep, settings.read_timeout_s) == (True, 2.5)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml"):
        load_settings({}, {}, tmp_path / "none.toml")


@pytest.mark.parametrize("text", ["api_key = 'sk-planted'", "base_url = 'https://me:sk-planted@host/v1'"])
def test_a_file_with_a_key_must_be_private(text: str) -> None:
    path = write(text)
    assert load_settings({}, {}).settings.api_key
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600") as caught:
        load_settings({}, {})
    assert "sk-planted" not in str(caught.value)


def test_a_key_never_shows_in_a_representation() -> None:
    assert "sk-planted" not in repr(load_settings({}, {"OPENAI_API_KEY": "sk-planted"}))


@pytest.mark.parametrize(
    ("text", "could_be"),
    [("sk-proj-a_B9", True), ("none", True), ("two words", False), ("日本語", False), ("a\tb", False)],
)
def test_a_key_is_one_word_that_a_header_can_hold(text: str, could_be: bool) -> None:
    assert is_key(text) is could_be


def test_a_file_that_notepad_wrote_is_read() -> None:
    write("\ufefftheme = 'frieza'\n")
    assert load_settings({}, {}).settings.theme == "frieza"


def test_spaces_between_hosts_are_no_part_of_them() -> None:
    assert load_settings({}, {"FRIEZA_TUI_ALLOW_HTTP": "one.example, two.example,"}).settings.allow_http == (
        "one.example",
        "two.example",
    )


@pytest.mark.parametrize(
    ("address", "base_url", "key"),
    [
        ("http://me:s3%2Fcret@127.0.0.1:9/v1", "http://127.0.0.1:9/v1", "Basic bWU6czMvY3JldA=="),
        ("https://me@host/v1?x=1", "https://host/v1?x=1", "Basic bWU6"),
        ("https://host/v1/a@b", "https://host/v1/a@b", "sk-other"),
    ],
)
def test_a_password_in_an_address_is_a_key(address: str, base_url: str, key: str) -> None:
    loaded = load_settings({}, {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": "sk-other"})
    assert (loaded.settings.base_url, loaded.settings.api_key) == (base_url, key)
    assert loaded.sources["api_key"] == "environment"


@pytest.mark.parametrize("address", ["ftp://me:s3cret@host/v1", "me:s3cret@host/v1"])
def test_no_password_is_shown_of_an_address_that_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="host/v1") as caught:
        load_settings({"base_url": address}, {})
    assert "s3cret" not in str(caught.value)


def test_programs_that_are_started_are_given_no_server_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "FRIEZA_TUI_API_KEY", "OPENAI_BASE_URL", "FRIEZA_TUI_BASE_URL"):
        monkeypatch.setenv(name, "http://me:s3cret@host/v1")
    assert "s3cret" not in str(environ_without_keys())
    assert "PATH" in environ_without_keys()
