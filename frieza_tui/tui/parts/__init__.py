"""The parts of the chat screen: small objects with one job each, which are given the widgets and hooks that they need.

None knows the chat screen. Where two have to do with each other, the one is given the other, or has a hook, `on_…`,
that the screen ties; `screens/chat.py` puts them together.
"""
