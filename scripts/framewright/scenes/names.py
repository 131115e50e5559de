"""The demo scenes there are. In a file of its own, so that a table can be checked without importing a renderer."""

NAMES = ("street", "cuts", "repeat", "film", "faces", "hdr", "broken")
