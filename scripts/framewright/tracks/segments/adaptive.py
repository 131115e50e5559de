"""PySceneDetect's AdaptiveDetector, fed with our frames, so that its cuts stand at presentation times."""

from fractions import Fraction

import cv2
import numpy as np
import scenedetect
from scenedetect.common import FrameTimecode
from scenedetect.scene_manager import compute_downscale_factor

from framewright.tracks.segments.segments import Cut
from framewright.video.frame import Frame


class AdaptiveCutDetector:
    """Finds cuts in frames that are added in order; options are AdaptiveDetector's, lengths in frames."""

    name = f"AdaptiveDetector of scenedetect {scenedetect.__version__}"

    def __init__(self, options: dict[str, float]) -> None:
        self._detector = scenedetect.AdaptiveDetector(**options)
        self._times: list[Fraction] = []
        self._found: list[int] = []

    def add(self, frame: Frame, small: np.ndarray) -> None:
        """Look at the next frame at the size that PySceneDetect chooses, and not at its small picture."""
        picture = cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2BGR)
        height, width = picture.shape[:2]
        factor = compute_downscale_factor(max(width, height))
        if factor > 1:
            size = max(1, round(width / factor)), max(1, round(height / factor))
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
        # it counts frames, at any rate: which frame they are is all that it is asked
        found = self._detector.process_frame(FrameTimecode(len(self._times), 25.0), picture)
        self._times.append(frame.time)
        self._found += [cut.frame_num for cut in found]

    def finish(self) -> list[Cut]:
        """The cuts in all frames added; to be asked at the end."""
        last = FrameTimecode(max(0, len(self._times) - 1), 25.0)
        self._found += [cut.frame_num for cut in self._detector.post_process(last)]
        return [Cut("cut", self._times[number], self._times[number]) for number in sorted(set(self._found))]
