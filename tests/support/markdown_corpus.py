"""Markdown that is hard to read in pieces: every construct, and the places where one turns into another."""

CORPUS = {
    "paragraphs": "One\ntwo  \nthree\n\nfour *five\nsix* **seven** eight\n\n\nnine",
    "headings": "# A\nB\n===\nC\n---\n## D ##\n#\n#x\n####### y\nZ\nz\n-",
    "nested lists": (
        "- a\n  - b\n    - c\n\n      more\n    - d\n- e\n\n  f\n  1. g\n  2. h\n     ```\n     i\n\n"
        "     ```\n     j\n  3. k\n\nl"
    ),
    "numbers": "3. a\n4. b\n\n   c\n1. d\n10. e\n9) f\n10) g\n\n10",
    "same numbers": (
        "1. a\n1. b\n1. c\n1. d\n1. e\n1. f\n1. g\n1. h\n1. i\n1. j\n\n   k\n\n   l\n1. m\n   - n\n   - o\n"
    ),
    "tasks": "- [ ] a\n- [x] b\n  - [X] c\n1. [ ] d\n- [y] e\n- [x]f\n- [ ]\n",
    "loose and tight": "- a\n\n- b\n- c\n\n\n- d\n* e\n+ f\n-\n- g\n-\n\n  h\n",
    "lazy": "> a\nb\n- c\nd\n> - e\nf\n\n- g\n\n2\n2. h",
    "quotes": "> a\n>\n> > b\n> c\n\n> d\n> - e\n>   - f\n>\n> g\n> ```\n> h\n> ```\nafter",
    "fences": "```py\na\n\n``\n````\nb\n~~~\nc\n```\n~~~ d\n```\nopen\n",
    "fence in a list": "1. a\n   ```sh\n   b\n  c\n   ```\n   d\n2. e\n\n       f\n\n   g\n```\nh",
    "indented": "    a\n\n    b\nc\n\n\td\n- e\n\n      f\n\n\tg\n",
    "tables": ("a\n| b | c |\n|---|:-:|\n| d | e \\| f | g |\n| h\nnot | pipe\n\n| i |\n|---|\nj | k\n|-|x"),
    "table in a list": "- | a | b |\n  |---|---|\n  | c | d |\n- e | f\n  --|--\n  g\n",
    "rules": "a\n\n---\n* * *\n- - -\n___\n- -\n--\n",
    "links": ("[a](b \"c\") [d](<e f>) ![g](h) <http://i.j> www.k.l http://m.n/o_p_q [r][s] [s] [t]\n\n[s]: /u 'v'\n"),
    "marks across lines": (
        "[a\nb](c\n'd') **e\nf** `g\nh` ~~i\nj~~ <k\nl='m'> [n o]\n\n[n\n o]: /p\n'q\nr'\n\"s\nt\" ![u\nv](w)\n(x\ny) z"
    ),
    "definitions": "[a] [b][c]\n\n[a]: /x\n'title\nmore'\n[c]:\n/y\n[d]: /z 'open\n\n[a]: /w\n\n[d]\n",
    "definition that is none": "[a]: /b c\n[d]: <e\n[f]: /g 'h' i\n\n[j]: /k 'l'\n'm'\n\n[a] [d] [f] [j]",
    "definition in a list": "- [a]\n\n  [a]: /b\n  - c\n\n[a]\n> [d]: /e\n\n[d]",
    "html": (
        "<div>\n*a*\n\nb\n</div>\nc <b>d</b> <!-- e\nf --> g\n<!-- h\n\ni -->\nj\n<pre>\n\nk</pre>\nl\n<x y='z'>\n"
    ),
    "math": (
        "a $b_c$ \\(d_e\\) \\[f\\]\n$$\ng\n+ h\n- i\n$$\nj\n\\[\nk\n\nl \\]\n$$m$$\n$$n$$ o\n- \\[\n  p\n  \\]\n  q"
    ),
    "footnotes": "a[^1] b[^note].\n\n[^1]: c\n[^note]: d\n    e\nf\n\n[^2]:\n",
    "entities and escapes": "&amp; &#x41; &nope; \\* \\\\ \\_a\\_ `b\\` ``c ` d`` * e * _f_g_ ***h** i* ~~j~~ ~k~",
    "carriage returns": "a\r\n\r\n- b\r\n\r\n- c\rd\r\r```\r\ne\r\n```\r\n",
    "tabs": "-\ta\n\n\tb\n1.\tc\n\t- d\n>\te\n\n\tf\n",
    "japanese": "# 第一章\n吾輩は**猫**である。\n名なし。\n\n- 一\n- 二\n\n1. 三\n\n| 甲 | 乙 |\n|--|--|\n| 丙 | 丁 |",
    "blank lines": "\n\n  \na\n \n\n \nb\n  \n",
    "lazy text like an empty quote": "a\n ####### b\n      >\n####### c\n",
    "fence that turns into a table": "~~~ a | b\n-|-\nc|d\n\n- ~~~ e | f\n  -|-\n  g|h",
    "definition that turns into text": "- a\n  #x\n\n[c]:\nsix* **seven** eight\n    d",
}
