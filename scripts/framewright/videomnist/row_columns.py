"""What is known of a moving digit: the columns of its row, beside those that rows of all pipelines have."""

from framewright.study.rows import Column

DIGITS, CONVERTED = "videomnist.h5", "converted.h5"  # each has a file beside it for VideoGPT's loader
COLUMNS = {
    "place": Column("whole", "Its number within the split: its first frame is `<split>_idx[place]`."),
    "digit": Column("whole", "The digit that it shows, 0 to 9."),
    "picture": Column("whole", "The place of the picture in the file that it comes from."),
    "motion": Column("text", "How the digit moves."),
    "speed": Column("number", "Pixels a frame. No step is longer, and the mean of a motion is within 5 % of it."),
    "margin": Column("whole", "The least number of pixels between ink and the nearest edge, of all frames."),
    "pixels": Column("whole", "The least number of pixels that are not black, of all frames."),
    "ink": Column("number", "The least share of the digit's ink in a frame; interpolation moves it around 1."),
    "offset": Column("number", "The most pixels between the centre of mass of its ink and the trajectory."),
    "step": Column("number", "The most pixels that its centre of mass moves from one frame to the next."),
    "mean_step": Column("number", "The pixels that its centre of mass moves a frame, on average."),
}
