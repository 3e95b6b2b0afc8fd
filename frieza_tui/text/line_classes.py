"""Says how each character behaves at the end of a line, one letter for each class. Knows no lines and no widths.

The classes are those of UAX #14, found from general categories and East Asian widths where these say it, with the
strict Japanese tailoring (small kana and the long vowel sign are non-starters) and a few more: full-width digits and
letters are digits and letters, and every space is a space that a line end swallows.
"""

import unicodedata

ALPHABETIC, NUMERIC, IDEOGRAPH = "A", "N", "I"
OPENING, WIDE_OPENING, CLOSING, PARENTHESIS = "O", "W", "L", "P"
EXCLAMATION, INFIX, SLASH, HYPHEN, BREAK_AFTER, SHORT_DASH, DASH = "X", "T", "Y", "H", "B", "M", "D"
ELLIPSIS, NON_STARTER, GLUE, SPACE = "E", "K", "G", "S"
QUOTE, OPENING_QUOTE, CLOSING_QUOTE = "Q", "q", "p"
PREFIX, POSTFIX = "R", "o"
ATTACHED, JOINER, FLAG_LETTER = "C", "J", "F"

ALL = "ANIOWLPXTYHBMDEKGSQqpRo"

_SMALL_KANA = "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶｧｨｩｪｫｬｭｮｯ" + "".join(map(chr, range(0x31F0, 0x3200)))

_LISTED = {
    IDEOGRAPH: "〆〒〓＃＆＊＠＋－／＜＝＞＼＾＿｀｜",
    OPENING: "([{¡¿",
    CLOSING: "}、。，．｡､﹐﹑﹒",
    PARENTHESIS: ")]",
    EXCLAMATION: "!?！？﹖﹗",
    INFIX: ",.:;\u037e\u0589\u060c\u060d\u07f8\u2044",
    SLASH: "/",
    HYPHEN: "-",
    BREAK_AFTER: "|\u0f0b\u1361",
    SHORT_DASH: "\u2010\u2012\u2013",
    DASH: "\u2014\u2015\u2e3a\u2e3b",
    ELLIPSIS: "․‥…⋯",
    NON_STARTER: "々〻ヽヾゝゞ゛゜ーｰ〜～゠・･：；‼⁇⁈⁉﹔﹕" + _SMALL_KANA,
    GLUE: "\u00a0\u202f\u2007\u2011\u2060\u0f08\u0f0c\u0f12",
    SPACE: "\t\u200b",
    QUOTE: "\"'❛❜❝❞",
    PREFIX: "$+\\№±−∓",
    POSTFIX: "%‰‱°′″‴‵‶‷℃℉¢％￠",
    ATTACHED: "\uff9e\uff9f\u0e33\u0eb3",
    JOINER: "\u200d",
}
_CLASS_OF = {character: line_class for line_class, characters in _LISTED.items() for character in characters}

_BY_CATEGORY = {
    "Nd": NUMERIC,
    "Pe": CLOSING,
    "Pi": OPENING_QUOTE,
    "Pf": CLOSING_QUOTE,
    "Sc": PREFIX,
    "Zs": SPACE,
    "Mn": ATTACHED,
    "Mc": ATTACHED,
    "Me": ATTACHED,
}


def _look_up_class(character: str) -> str:
    if character in _CLASS_OF:
        return _CLASS_OF[character]
    if "\U0001f1e6" <= character <= "\U0001f1ff":
        return FLAG_LETTER
    if "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7fb" or "🏻" <= character <= "🏿":
        return ATTACHED
    category = unicodedata.category(character)
    if category == "Cf" and character >= "\u200b":
        return ATTACHED
    is_east_asian = unicodedata.east_asian_width(character) in "WFH"
    if category == "Ps":
        return WIDE_OPENING if is_east_asian else OPENING
    is_latin = "Ａ" <= character <= "Ｚ" or "ａ" <= character <= "ｚ"
    return _BY_CATEGORY.get(category) or (IDEOGRAPH if is_east_asian and not is_latin else ALPHABETIC)


class _Classes(dict[int, str]):
    """Classes by code point, looked up once; the form that `str.translate` asks for."""

    def __missing__(self, code_point: int) -> str:
        if len(self) > 20_000:  # text made to hold every character must not fill the memory
            self.clear()
        line_class = self[code_point] = _look_up_class(chr(code_point))
        return line_class


_CLASSES = _Classes()


def classify(text: str) -> str:
    """Give back one class letter for each character of `text`, joiners and flag letters as they are."""
    return text.translate(_CLASSES)
