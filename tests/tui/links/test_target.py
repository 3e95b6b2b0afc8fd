import pytest

from frieza_tui.tui.links.target import Destination, Link, claims_another, destination


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "ssh://host",
        "/docs",
        "https://",
        "http://[x",
        "",
    ],
)
def test_only_the_web_and_mail_are_opened(target: str) -> None:
    assert destination(Link(target, "text")) is None


def test_a_host_is_shown_as_the_network_has_it() -> None:
    cyrillic = destination(Link("https://аpple.com/ひ?q=1", "apple"))
    assert cyrillic == Destination("https://xn--pple-43d.com/ひ?q=1", "xn--pple-43d.com")
    assert destination(Link("mailto:x@例え.jp", "")) == Destination("mailto:x@xn--r8jz45g.jp", "xn--r8jz45g.jp")
    odd = destination(Link(f"http://{'あ' * 70}.jp/", ""))
    assert odd is not None
    assert odd.url.isascii()


def test_what_is_shown_is_safe_and_the_part_before_the_host_stays() -> None:
    found = destination(Link("https://google.com@evil.example:8080/\x1b]0;x\x07\u202ea", ""))
    assert found == Destination("https://google.com@evil.example:8080/a", "evil.example:8080")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("https://google.com", "https://evil.example/"),
        ("google.com", "https://evil.example/"),
        ("www.google.com/path", "http://google.com.evil.example/"),
        ("google.com", "https://gооgle.com/"),
        ("me@bank.com", "mailto:me@evil.example"),
        ("https://google.com", "https://google.com@evil.example/"),
        ("python.org", "https://notpython.org"),
    ],
)
def test_a_text_that_shows_another_address_is_found_out(text: str, target: str) -> None:
    assert claims_another(Link(target, text))


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("this page", "https://evil.example/"),
        ("README.md", "https://github.com/x/y/blob/main/README.md"),
        ("node.js", "https://nodejs.org/"),
        ("python.org", "https://docs.python.org/3/"),
        ("www.google.com", "https://google.com/search"),
        ("https://例え.jp/x", "https://xn--r8jz45g.jp/x"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        ("3.11", "https://python.org"),
    ],
)
def test_other_texts_are_not(text: str, target: str) -> None:
    assert not claims_another(Link(target, text))
