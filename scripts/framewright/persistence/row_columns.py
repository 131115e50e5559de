"""What is known of a clip: the columns of its row, beside those that rows of all pipelines have."""

from framewright.study.rows import Column

COLUMNS = {
    "variant": Column("text", "The arm: default, or the name of a variant."),
    "index": Column("whole", "The clip's number, the same in all arms."),
    "source": Column("whole", "The trajectory that it shows. Views of one trajectory are in the same split."),
    "class": Column("text", "The kind of path: Linear, Circular, Helical or Parabolic."),
    "frames": Column("whole", "The clip's length."),
    "transients": Column("whole", "How many transients it has."),
    "transient_frames": Column("whole", "In how many frames transients can be seen."),
    "persistent": Column("yes-no", "Whether they are seen in less than a fifth of the frames."),
}
