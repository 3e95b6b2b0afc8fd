import pytest

from frieza_tui.chat.addresses import address_typed, is_address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
        (" http://127.0.0.1:11434/v1/ ", "http://127.0.0.1:11434/v1"),
        ("127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("localhost:1234", "http://localhost:1234/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
        ("openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
        ("gateway.example.org", "https://gateway.example.org/v1"),
        ("http://192.168.1.5:8000", "http://192.168.1.5:8000/v1"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_what_is_typed_becomes_a_base_url(typed: str, address: str) -> None:
    assert is_address(typed)
    assert address_typed(typed) == address


def test_a_key_is_no_address() -> None:
    assert not is_address("sk-proj-a_B9")
