"""Video in and out: the names that other programs use, loaded when they are asked for."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"stream": ["open_video"]})
