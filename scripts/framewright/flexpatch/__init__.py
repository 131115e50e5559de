"""FlexPatch: objects in every frame of a video, while the detector examines a small part of it.

from framewright.flexpatch import FlexPatch, TrackingFailureRecommender
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "dataset": ["Samples", "load_samples"],
        "runtime.failing": ["TrackingFailureRecommender"],
        "runtime.runtime": ["FlexPatch", "TrackedObject"],
    },
)
