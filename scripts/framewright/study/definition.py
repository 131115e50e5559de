"""A digest of the settings that decide what the records of a table are like: records of different ones don't mix."""

import hashlib
import json
from typing import Any


def compute_definition(*settings: Any) -> str:
    """The digest of plain values: 16 hexadecimal digits, the same for the same values in any order of their keys."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]
