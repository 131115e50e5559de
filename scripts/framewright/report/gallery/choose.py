"""Which items a gallery shows where there are more than it may hold."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable


def choose_items(items: Iterable[tuple[str, str]], first: Collection[str], max_items: int, seed: int) -> frozenset[str]:
    """The names of at most `max_items` items, of which each has a name and a state: kept, or why it was dropped.

    Those in `first` come first, such as the members of chosen subsets. All states share the rest, so that rare reasons
    are seen whole. Within a state a hash of seed and name decides, so that a larger gallery holds a smaller one.

    >>> chosen = choose_items([("a", "kept"), ("b", "kept"), ("c", "kept"), ("d", "short")], {"b"}, 3, seed=0)
    >>> len(chosen), {"b", "d"} <= {*chosen}
    (3, True)
    """
    waiting: dict[str, list[tuple[bytes, str]]] = defaultdict(list)
    preferred = []
    for name, state in items:
        ranked = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest(), name
        if name in first:
            preferred.append(ranked)
        else:
            waiting[state].append(ranked)
    chosen = [name for _, name in sorted(preferred)[:max_items]]
    left, groups = max_items - len(chosen), sorted(waiting.values(), key=len)
    for place, group in enumerate(groups):
        share = left // (len(groups) - place)
        chosen += [name for _, name in sorted(group)[:share]]
        left -= min(share, len(group))
    return frozenset(chosen)
