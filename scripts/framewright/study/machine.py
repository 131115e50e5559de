"""What of the machine may decide bytes: its kind of processor, its system and its builds of FFmpeg."""

import logging
import platform
from collections.abc import Callable
from typing import Any


def ask(question: Callable[..., Any], *arguments: Any, log: logging.Logger) -> Any:
    """What a function answers; None, with a line in the log, where it fails: to record versions must not fail a run.

    Some answers come from what packages keep to themselves, or from programs that may be missing.
    """
    try:
        return question(*arguments)
    except Exception as error:
        log.warning("%s is not on record: %s: %s", question.__name__, type(error).__name__, error)
        return None


def describe_processor() -> dict[str, Any]:
    """The kind of processor, by what numeric libraries choose their code by: machine, level (1 to 4), features.

    The level is that of x86-64, None on other machines.
    """
    from numpy._core._multiarray_umath import __cpu_features__

    features = sorted(name for name, there in __cpu_features__.items() if there)
    levels = [int(name.removeprefix("X86_V")) for name in features if name.startswith("X86_V")]
    on_x86 = platform.machine() in ("x86_64", "AMD64")
    return {"machine": platform.machine(), "level": max(levels, default=1) if on_x86 else None, "features": features}


def ffmpeg_builds() -> dict[str, Any]:
    """The two builds of FFmpeg in use: inside PyAV, which reads and writes all video, and imageio-ffmpeg's program."""
    import av
    import imageio_ffmpeg
    from av._core import library_meta

    libraries = {name: ".".join(map(str, version)) for name, version in sorted(av.library_versions.items())}
    configuration = library_meta["libavcodec"]["configuration"]
    return {
        "pyav": {"ffmpeg": av.ffmpeg_version_info, "libraries": libraries, "configuration": configuration},
        "imageio-ffmpeg": {"ffmpeg": imageio_ffmpeg.get_ffmpeg_version()},
    }


def describe_system() -> dict[str, str]:
    """Python's version and the system under it."""
    return {"python": platform.python_version(), "platform": platform.platform()}
