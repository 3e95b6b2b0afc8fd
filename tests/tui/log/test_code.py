"""Code is coloured line by line as Pygments would colour it whole, and broken only at the edge."""

import pytest
from pygments.lexers import get_lexer_by_name

from frieza_tui.tui.log.code import SECTION_LINES, CodeLayout, break_line
from frieza_tui.tui.log.highlighting import Highlighter, State, style_of
from frieza_tui.tui.log.leaf import Leaf

SAMPLES = {
    "python": (
        'def f(x: int) -> str:\n    """Doc\n    more"""\n    return f"a {x} b"  # c\n'
        "@dec\nclass A(B):\n    x = [1, None]\n"
    ),
    "js": '/**\n * doc\n */\nconst a = `x ${y} z`; // c\nfunction f() { return "src/*.js" }\nlet b = /re/g;\n',
    "c": "#include <x.h>\n/* a\n b */ int main(void) { return 0; }\n",
    "bash": 'for i in $(ls); do\n  echo "$i" # c\ndone\n',
    "yaml": 'a:\n  - b: 1\n    c: "x"\n# c\ne: f\n',
    "ruby": 'def a\n  puts "x #{y}"\nend\n',
    "html": '<div class="a">\n<!-- c\nd -->\n</div>\n',
    "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z\n",
    "json": '{"a": [1, true]}\n',
    "rust": 'fn main() { let x: u8 = 1; /* c */ println!("{}", x); }\n',
    "sql": "SELECT a FROM b -- c\nWHERE c = 'd';\n",
    "css": "/* a\n b */\n.b { c: d; }\n",
    "java": "public class A { /* x */ int a = 1; }\n",
    "console": "$ ls\na b\n",
}


def letters(code: str, language: str) -> str:
    """One letter of its style for each character, line by line."""
    highlighter = Highlighter(language)
    state = State()
    shown = ""
    for line in code.splitlines():
        runs, state = highlighter.line(line, state)
        assert runs[-1][0] == len(line)
        start = 0
        for end, style in runs:
            shown += (style.removeprefix("syntax-")[:2] or "  ").ljust(2) * (end - start)
            start = end
        shown += "\n"
    return shown


def letters_of_whole(code: str, language: str) -> str:
    shown = ""
    for _, token, value in get_lexer_by_name(language, stripnl=False).get_tokens_unprocessed(code):
        mark = (style_of(token).removeprefix("syntax-")[:2] or "  ").ljust(2)
        shown += "".join("\n" if character == "\n" else mark for character in value)
    return shown


@pytest.mark.parametrize("language", SAMPLES)
def test_lines_are_coloured_as_the_whole_would_be(language: str) -> None:
    assert letters(SAMPLES[language], language) == letters_of_whole(SAMPLES[language], language)


def test_scripts_within_html_are_coloured_as_such() -> None:
    assert "ke" in letters("<script>\nlet a = 1;\n</script>\n", "html").split("\n")[1]


@pytest.mark.parametrize("language", ["", "nonsense", "text"])
def test_an_unknown_language_is_left_plain(language: str) -> None:
    assert letters("def f(): pass\n", language).split() == []


def test_a_line_too_long_is_left_plain() -> None:
    runs, state = Highlighter("python").line("x = 1; " * 500, State())
    assert (runs, state) == ([(3500, "")], State())


@pytest.mark.parametrize(
    ("line", "width", "pieces"),
    [
        ("", 4, [""]),
        ("abcd", 4, ["abcd"]),
        ("abcdefghi", 4, ["abcd", "efgh", "i"]),
        ("日本語", 4, ["日本", "語"]),
        ("a日本", 4, ["a日", "本"]),
        ("a🇯🇵🇺🇸b", 4, ["a🇯🇵", "🇺🇸b"]),
        ("👩🏽\u200d🚀日", 1, ["👩🏽\u200d🚀", "日"]),
        ("e\u0301" * 3, 2, ["e\u0301e\u0301", "e\u0301"]),
    ],
)
def test_a_line_is_broken_at_the_edge(line: str, width: int, pieces: list[str]) -> None:
    assert [line[start:end] for start, end in break_line(line, width)] == pieces


def rows(layout: CodeLayout) -> list[object]:
    return [layout.row(index) for index in range(layout.count)]


def test_code_that_grows_looks_like_the_whole_and_keeps_its_complete_lines() -> None:
    code = SAMPLES["js"] * 3
    growing = CodeLayout(20, Leaf("code", info="js"))
    for end in range(1, len(code) + 1):
        first = growing.update(Leaf("code", code[:end], info="js"), {})
        assert first <= growing.count
        whole = CodeLayout(20, Leaf("code", info="js"))
        whole.update(Leaf("code", code[:end], info="js"), {})
        assert rows(growing) == rows(whole)
    assert growing.cut(0, len(code)) == code


def test_the_end_of_long_code_is_shown_without_reading_all_of_it() -> None:
    layout = CodeLayout(80, Leaf("code", info="python"))
    layout.update(Leaf("code", "x = 1  # one\n" * 20_000, info="python"), {})
    assert layout.row(19_999).spans[-1] == ("# one", "code-block syntax-comment")
    assert len(layout._read_lines) <= SECTION_LINES
