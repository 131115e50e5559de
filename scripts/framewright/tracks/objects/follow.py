"""A video's detections become tracks, segment by segment: nothing is followed across a cut."""

from typing import Any

from framewright.tracks.meta import Track, clean_name
from framewright.tracks.objects.detections import DetectionsReader
from framewright.tracks.objects.options import Association, Keep
from framewright.tracks.objects.select import make_tracks

LOOSE = Keep(1.0, 0.02)  # limits that most objects of ordinary footage pass
FEW = 0.1  # of the followed objects: with fewer kept, the loose limits are tried


def follow(
    detections: DetectionsReader, video: str, association: Association, keep: Keep
) -> tuple[list[Track], dict[str, Any]]:
    """The tracks of the video `video`, and a record: what was searched, which tracks there are, what was dropped."""
    search = detections.search
    numbers = range(len(detections.segments))
    names = [clean_name(name) for name in search.names]

    def choose(limits: Keep) -> tuple[list[Track], dict[str, int]]:
        shots = (detections.frames(number) for number in numbers)
        return make_tracks(video, search.size, names, shots, association, limits)

    kept, dropped = choose(keep)
    objects = len(kept) + dropped["short"] + dropped["small"]
    few = len(kept) < FEW * objects
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
        "detector": {
            "weights": search.weights,
            "sha256": search.sha256,
            "classes": len(names),
            "settings": search.settings,
            **({"reid": dict(zip(("weights", "sha256"), search.reid, strict=True))} if search.reid else {}),
        },
        "segments": parts,
        "tracks": [track.tid for track in kept],
        "dropped": dropped,
        "with_loose_limits": len(choose(LOOSE)[0]) if few else None,  # how many tracks that would be
    }
