"""What a sample is, as columns of rows and of the card's index: those of training_data.csv, in this order."""

from framewright.study.rows import Column

COLUMNS = {
    "min_eig": Column("number", "Mean smaller eigenvalue of the gradient matrix at the points that were followed."),
    "ncc": Column("number", "Correlation of the contents of the box with those at its last detection, -1 to 1."),
    "accel": Column("number", "Length of the change of velocity, pixels per frame per frame."),
    "flow_std": Column("number", "Spread of the displacements of its points, in pixels."),
    "confidence": Column("number", "Score of the last detection, 0 to 1."),
    "iou_label": Column("text", "How urgent it is to examine the track again: high, medium or low."),
    "video": Column("text", "The video's name in all results."),
    "frame": Column("whole", "Number of the frame in the part that was used, from 0."),
    "time": Column("number", "When the frame appears, in seconds of the video's presentation time."),
    "track": Column("whole", "Number of the track in its video."),
    "object": Column("whole", "Identity, in the truth of its video, of the object it was last refreshed on."),
    "state": Column("text", "there, or gone: the object has left, or is hidden."),
    "iou": Column("number", "Overlap with the true box of that object, 0 where it is gone."),
    "unexamined": Column("whole", "Frames since the detector last examined the track."),
    "age": Column("whole", "Frames for which nothing has confirmed the track."),
    "misses": Column("whole", "Examinations without success since its last detection."),
    "kept": Column("number", "Share of its points that agreed with their way back, 0 to 1."),
    "overlap": Column("number", "Largest overlap (intersection over union) with another track, 0 to 1."),
    "speed": Column("number", "Length of its velocity over the mean of its sides, per frame."),
    "side": Column("number", "Mean of its sides over the height of the frame."),
    "outside": Column("number", "Share of its box outside the frame, 0 to 1."),
    "x1": Column("number", "Left side of its box, in pixels of the upright frame."),
    "y1": Column("number", "Upper side of its box, in pixels."),
    "x2": Column("number", "Right side of its box, in pixels."),
    "y2": Column("number", "Lower side of its box, in pixels."),
}
