"""How the command line writes its help: lines measured in cells and broken as Japanese is. Knows no flag."""

import argparse
from typing import NoReturn


class HelpParser(argparse.ArgumentParser):
    """A parser whose help may be in Japanese; so are those of its commands."""

    def format_help(self) -> str:
        """Write the help."""
        self.formatter_class = _CellFormatter
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, in which the words that were given stand as they are; ends with status 2."""
        from frieza_tui.text.safe import make_safe

        super().error(make_safe(message))


class _CellFormatter(argparse.HelpFormatter):
    """Argparse counts characters; a Japanese one takes two cells."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        from frieza_tui.text.breaking import wrapped_lines  # loaded only where help is asked for

        return wrapped_lines(" ".join(text.split()), width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in self._split_lines(text, width - len(indent)))
