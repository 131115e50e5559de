"""Demo scenes as sources: rendered here, with their exact truth."""

from pathlib import Path

from framewright.scenes.render import make_scene, render
from framewright.sources.outcome import Fetched, check_file
from framewright.study.progress import Progress, report_nothing


def fetch(name: str, video: Path, *, truth: Path, progress: Progress = report_nothing) -> Fetched:
    """Render the scene of that name to `video`, and what is true of it to `truth`."""
    frames = render(video, make_scene(name), truth, progress)
    return Fetched(video.stat().st_size, check_file(video, None), format="mp4", detail=f"{frames} frames rendered")
