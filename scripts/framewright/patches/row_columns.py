"""What is known of a patch: the columns of its row, beside those that rows of all pipelines have."""

from framewright.study.rows import Column

DATASET = "dataset"
COLUMNS = {
    "patch": Column("text", "The name of its files."),
    "category": Column("text", "The category: the model that it is for."),
    "format": Column("text", "The name of its size."),
    "drawn": Column("text", "The format that the category's shares gave, where the film was too small for it."),
    "width": Column("whole", "Width of the sharp patch in pixels."),
    "height": Column("whole", "Height of the sharp patch in pixels."),
    "film_sha256": Column("text", "The digest of the film that it was cut out of."),
    "index": Column("whole", "The number of its window among those of its film and category."),
    "attempt": Column("whole", "How many places were tried before."),
    "seconds": Column("number", "The time of its middle frame in the film, in seconds."),
    "exact_times": Column("texts", "The times of its seven frames in seconds, as exact fractions."),
    "crop": Column("numbers", "x1, y1, x2, y2 in pixels of the frame after scaling."),
    "kernel": Column("text", "The kernel that made low resolution."),
    "degrading": Column("text", "What else was done to low resolution, as JSON."),
    "chain": Column("text", "How frames were converted to 8 bits: class, size, deinterlacing, tone mapping."),
    "view": Column("text", "All of that as JSON, so that the patch can be made again."),
    "window_max_step": Column("number", "The largest difference of neighbouring frames, in grey values."),
    "window_min_step": Column("number", "The smallest difference of neighbouring frames, in grey values."),
    "window_ends": Column("number", "The difference of the first and the last frame, in grey values."),
    "window_sharpness": Column("number", "The fine part of its detail, from 0 to 100."),
    "window_fine": Column("number", "Its fine detail where there is most, in grey values."),
    "window_liveliness": Column("number", "The share of its squares that have contrast, from 0 to 1."),
    "window_blockiness": Column("number", "Steps at the borders of 8x8 blocks over those inside; about 1 without."),
    "window_diversity": Column("number", "The number of regions of about one shade."),
    "film_sharpness": Column("number", "The share of fine detail in all detail of the film, 0 to 100."),
    "film_blockiness": Column("number", "Steps at the borders of 8x8 blocks over those inside, of the film."),
    "film_noise": Column("number", "Noise of the film, as a standard deviation in grey values."),
    "patch_hash": Column("text", "Perceptual hash of the sharp patch."),
    "frame_hash": Column("text", "Perceptual hash of its frame."),
    "gt": Column("text", "The sharp patch, relative to the folder `dataset`."),
    "lr_5frames": Column("text", "The stack of five low-resolution frames; the third belongs to the sharp patch."),
    "lr_7frames": Column("text", "The stack of seven low-resolution frames; the fourth belongs to the sharp patch."),
}
