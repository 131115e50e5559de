"""The demo scenes there are. In a separate file, so that a table can be checked without importing a renderer."""

NAMES = ("street", "cuts", "repeat", "film", "faces", "hdr", "broken")
