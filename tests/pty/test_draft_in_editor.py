from pathlib import Path

from tests.support.terminal import program

EDITOR = """#!/bin/sh
cat "$1"
ls -l "$1" | cut -c1-10
echo >> "$0.count"
printf 'open for the %s. time' $(wc -l < "$0.count")
read -r wish
case $wish in
    lines) printf '二行目\\n三行目\\n' >> "$1" ;;
    bytes) printf '\\377' >> "$1" ;;
    escape) printf '\\033[31mred' > "$1" ;;
    gone) rm "$1" ;;
    fail) printf 'lost' > "$1"; exit 3 ;;
esac
"""
WISHES = (
    ("lines", "三行目"),
    ("bytes", "no UTF-8"),
    ("gone", "cannot be read"),
    ("fail", "ended with status 3"),
    ("\x03", "ended with status -2"),
    ("escape", "red"),
)


def test_the_draft_goes_to_the_editor_and_comes_back_and_no_way_out_of_it_loses_it(tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text(EDITOR, "utf-8")
    editor.chmod(0o700)
    with program("--demo", environ={"EDITOR": str(editor)}) as terminal:
        terminal.wait_for("F1")
        terminal.send("一行目\n")  # Ctrl+J
        terminal.wait_for("一行目")
        for number, (wish, shown) in enumerate(WISHES, 1):
            terminal.send("\x0f")
            terminal.wait_for("一行目", "-rw-------", f"open for the {number}. time")
            terminal.send(wish if wish == "\x03" else f"{wish}\r")
            terminal.wait_for(shown, "F1 help")
            assert ("二行目" in terminal.text) == (wish != "escape"), wish
        terminal.send("\x1a")  # one step back
        terminal.wait_for("一行目", "三行目")
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0


def test_the_screen_comes_back_where_there_is_no_such_editor() -> None:
    with program("--demo", environ={"VISUAL": "", "EDITOR": "/no/such-editor"}) as terminal:
        terminal.wait_for("F1")
        terminal.send("\x0f")
        terminal.wait_for("such-editor cannot be started here", "F1 help")
        terminal.send("still here")
        terminal.wait_for("still here")
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0
