"""What is known of a track: the columns of its row, beside those that rows of all pipelines have."""

from framewright.study.rows import Column

CLIPS = "tracks_mp4"
COLUMNS = {
    "start": Column("number", "When it is first seen, in seconds of the video's presentation time."),
    "end": Column("number", "When it is last seen, in seconds."),
    "instants": Column("whole", "How many boxes it has; where it was not seen for a moment, there are none."),
    "times": Column("numbers", "When each box was seen, in seconds."),
    "boxes": Column("boxes", "Its boxes, x1, y1, x2, y2 in pixels of the upright frame, one for each of the times."),
    "frame_width": Column("whole", "Pixels of the video's frame from left to right; 0 where it is not known."),
    "frame_height": Column("whole", "Pixels of the video's frame from top to bottom."),
    "area": Column("number", "The mean of its boxes' areas, as a share of the frame's."),
    "x1": Column("single", "Left side of its mean box, as a share of the frame's width."),
    "y1": Column("single", "Upper side, as a share of the frame's height."),
    "x2": Column("single", "Right side, as a share of the frame's width."),
    "y2": Column("single", "Lower side, as a share of the frame's height."),
    "label": Column("whole", "The number of its likeliest class, from 0, among the prompts or the weights' own."),
    "name": Column("text", "What that class is called."),
    "probability": Column("number", "The mean of that class's probability over its instants, 0 to 1."),
    "score": Column("number", "The mean of that probability times the detection's own score, 0 to 1."),
    "clip_start": Column("number", "When the clip's first frame appears in the video, in seconds."),
    "clip_end": Column("number", "When the clip's last frame appears in the video, in seconds."),
    "frames": Column("whole", "The frames of the clip."),
    "width": Column("whole", "Pixels of the clip from left to right."),
    "height": Column("whole", "Pixels of the clip from top to bottom."),
    "windows": Column("boxes", "What each frame of the clip shows, in pixels of the upright frame."),
    "motion_q50": Column("single", "Median of the flow in its clip; see motion_q90."),
    "motion_q75": Column("single", "Upper quartile of the flow in its clip; see motion_q90."),
    "motion_q90": Column(
        "single", "90 % quantile of the flow in its clip, in pixels per 1/16 s, the clip's short side being 360."
    ),
    "object_motion": Column("single", "Median speed of the object against its background, in the same unit."),
    "camera_motion": Column(
        "single", "Median speed of the background, in pixels per 1/16 s, the frame's short side being 360."
    ),
    "sharpness": Column("single", "How much of the steps between pixels a blur takes away, 0 to 100."),
    "brightness": Column("single", "Mean luma, 0 to 1."),
    "contrast": Column("single", "Standard deviation of the luma, 0 to 1."),
    "bits_per_pixel": Column("single", "Bits of the clip's file for each pixel of each frame."),
    "object_share": Column("single", "Mean area of its boxes as a share of the frame's."),
    "quality": Column("single", "The weakest of sharpness, contrast and exposure, 0 to 1."),
    "signature": Column("bits", "64 bits that near duplicates of the clip's middle picture share."),
    "embedding": Column("bytes", "One signed byte for each dimension; null where there is none."),
    "at": Column("whole", "Where its line begins in the file of lines, in bytes."),
    "packed": Column("whole", "How many bytes its line has there."),
    "length": Column("whole", "How many bytes its line has when unpacked."),
    "check": Column("whole", "The CRC-32 of its line."),
}
