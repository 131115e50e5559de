# Models of moving digits: a VQ-VAE and VideoGPT, trained, sampled and judged.
# requires: results/videomnist/digits.npz, or a file of videos of your own
# yields:   results/videomnist/models/{clips.h5, codes.npz, vqvae/, videogpt/, judgement/}, results/videomnist/generated/
#
# The stages are those of VideoGPT: a VQ-VAE learns to code videos, its codes are computed once, a transformer learns to
# predict them one by one. They are the longest chain of the pipeline, so that they are scheduled first.

VIDEOMNIST_TRAINING = VIDEOMNIST["training"]


rule videomnist_clips:
    """The clips that the models learn from are in one file: the dataset's own, and more that are drawn like them."""
    input:
        digits=rules.videomnist_digits.output.digits,
    output:
        clips="results/videomnist/models/clips.h5",
    log:
        "logs/videomnist_clips.log",
    benchmark:
        "benchmarks/videomnist_clips.tsv"
    priority: 10
    conda:
        "../envs/digits.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(120),
    params:
        code=code_of("videomnist_clips"),
        settings=videomnist_settings.clips_settings(
            VIDEOMNIST, config["seed"], videomnist_settings.clip_settings(VIDEOMNIST)
        ),
    script:
        "../scripts/videomnist_clips.py"


rule videomnist_vqvae:
    """A VQ-VAE has learnt to code clips: its best and its last weights, its figures and its curves are there."""
    input:
        clips=videomnist_settings.given_file(VIDEOMNIST_TRAINING["data_path"], rules.videomnist_clips.output.clips),
    output:
        checkpoint="results/videomnist/models/vqvae/checkpoint.pt",
        last="results/videomnist/models/vqvae/last.pt",
        metrics="results/videomnist/models/vqvae/metrics.json",
        curves=report(
            "results/videomnist/models/vqvae/curves.png",
            caption="captions/videomnist_curves.rst",
            category="videomnist",
            subcategory="models",
            labels={"shows": "VQ-VAE: training"},
        ),
    log:
        "logs/videomnist_vqvae.log",
    benchmark:
        "benchmarks/videomnist_vqvae.tsv"
    priority: 10
    conda:
        "../envs/models.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(720),
        gpu=VIDEOMNIST_TRAINING["gpus"],
    params:
        code=code_of("videomnist_vqvae"),
        settings=videomnist_settings.vqvae_settings(VIDEOMNIST, config["seed"]),
    script:
        "../scripts/videomnist_vqvae.py"


rule videomnist_codes:
    """The codes of all clips are there, computed once."""
    input:
        clips=rules.videomnist_vqvae.input.clips,
        vqvae=videomnist_settings.given_file(VIDEOMNIST["videogpt"]["vqvae"], rules.videomnist_vqvae.output.checkpoint),
    output:
        codes="results/videomnist/models/codes.npz",
    log:
        "logs/videomnist_codes.log",
    benchmark:
        "benchmarks/videomnist_codes.tsv"
    priority: 10
    conda:
        "../envs/models.yaml"
    resources:
        mem_mb=per_attempt(3000),
        runtime=per_attempt(240),
        gpu=VIDEOMNIST_TRAINING["gpus"],
    params:
        code=code_of("videomnist_codes"),
        settings=videomnist_settings.codes_settings(VIDEOMNIST),
    script:
        "../scripts/videomnist_codes.py"


rule videomnist_gpt:
    """VideoGPT has learnt to predict codes: its best and its last weights, its figures and its curves are there."""
    input:
        clips=rules.videomnist_codes.input.clips,
        vqvae=rules.videomnist_codes.input.vqvae,
        codes=rules.videomnist_codes.output.codes,
    output:
        checkpoint="results/videomnist/models/videogpt/checkpoint.pt",
        last="results/videomnist/models/videogpt/last.pt",
        metrics="results/videomnist/models/videogpt/metrics.json",
        curves=report(
            "results/videomnist/models/videogpt/curves.png",
            caption="captions/videomnist_curves.rst",
            category="videomnist",
            subcategory="models",
            labels={"shows": "VideoGPT: training"},
        ),
    log:
        "logs/videomnist_gpt.log",
    benchmark:
        "benchmarks/videomnist_gpt.tsv"
    priority: 10
    conda:
        "../envs/models.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(1440),
        gpu=VIDEOMNIST_TRAINING["gpus"],
    params:
        code=code_of("videomnist_gpt"),
        settings=videomnist_settings.gpt_settings(VIDEOMNIST, config["seed"]),
    script:
        "../scripts/videomnist_gpt.py"


rule videomnist_generate:
    """New videos are there to look at, by class, and continuations of real ones beside what really followed."""
    input:
        clips=rules.videomnist_codes.input.clips,
        vqvae=rules.videomnist_codes.input.vqvae,
        gpt=videomnist_settings.given_file(VIDEOMNIST["generate"]["ckpt"], rules.videomnist_gpt.output.checkpoint),
    output:
        generated=report(
            directory("results/videomnist/generated"),
            patterns=["{name}.png", "{name}.gif"],
            caption="captions/videomnist_generated.rst",
            category="videomnist",
            subcategory="generated",
            labels={"shows": "generated: {name}"},
        ),
    log:
        "logs/videomnist_generate.log",
    benchmark:
        "benchmarks/videomnist_generate.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        mem_mb=per_attempt(3000),
        runtime=per_attempt(240),
        gpu=VIDEOMNIST_TRAINING["gpus"],
    params:
        code=code_of("videomnist_generate"),
        settings=videomnist_settings.generate_settings(VIDEOMNIST, config["seed"]),
    script:
        "../scripts/videomnist_generate.py"


rule videomnist_judge:
    """The models' figures are there, each with its interval, beside what damaged videos get."""
    input:
        clips=rules.videomnist_codes.input.clips,
        vqvae=rules.videomnist_codes.input.vqvae,
        gpt=rules.videomnist_generate.input.gpt,
    output:
        judgement="results/videomnist/models/judgement/judgement.json",
        page=report(
            "results/videomnist/models/judgement/judgement.html",
            caption="captions/videomnist_judgement.rst",
            category="videomnist",
            subcategory="models",
            labels={"shows": "models: figures"},
        ),
        distances=report(
            "results/videomnist/models/judgement/distances.png",
            caption="captions/videomnist_distances.rst",
            category="videomnist",
            subcategory="models",
            labels={"shows": "models: distances and controls"},
        ),
        pictures=report(
            "results/videomnist/models/judgement/reconstructions.png",
            caption="captions/videomnist_reconstructions.rst",
            category="videomnist",
            subcategory="models",
            labels={"shows": "models: reconstructions"},
        ),
    log:
        "logs/videomnist_judge.log",
    benchmark:
        "benchmarks/videomnist_judge.tsv"
    conda:
        "../envs/models.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(240),
        gpu=VIDEOMNIST_TRAINING["gpus"],
    params:
        code=code_of("videomnist_judge"),
        settings=videomnist_settings.judge_settings(VIDEOMNIST, config["seed"]),
    script:
        "../scripts/videomnist_judge.py"
