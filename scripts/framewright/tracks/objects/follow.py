"""A video's detections become tracks, segment by segment: nothing is followed across a cut."""

from typing import Any

from framewright.tracks.meta import Track, clean_name
from framewright.tracks.objects.detections import DetectionsReader
from framewright.tracks.objects.options import Association, Keep
from framewright.tracks.objects.select import make_tracks


def follow(
    detections: DetectionsReader, video: str, association: Association, keep: Keep
) -> tuple[list[Track], dict[str, Any]]:
    """The tracks of the video `video`, and a record: what was searched, which tracks there are, what was dropped."""
    search = detections.search
    numbers = range(len(detections.segments))
    names = [clean_name(name) for name in search.names]
    segments = (detections.frames(number) for number in numbers)
    kept, dropped = make_tracks(video, search.size, names, segments, association, keep)
    parts = [
        {
            "start": detections.segments[number][0],
            "end": detections.segments[number][1],
            "objects": detections.count(number),
            "times": [round(time, 6) for time in detections.times(number).tolist()],
        }
        for number in numbers
    ]
    return kept, {
        "video": video,
        "detector": {"weights": search.weights, "sha256": search.sha256, "classes": len(names)},
        "segments": parts,
        "tracks": [track.tid for track in kept],
        "dropped": dropped,
    }
