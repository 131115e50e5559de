"""What the origins' documents name, command by command, has its place in ours."""

import re

import pytest
from house import ROOT

DOCUMENTS = {
    "tracks": """
        download_videos.py gdpr_blur_faces.sh deface_tracks.py parse_tracks.py extract_tracks.py curate_db.py
        visual_metrics.py --slurm --partition --world_size --rank --base_dir --yid_index_fn
        --skip_cartoon_filter --skip_aesthetics_filter
        --dataset_name --class_prompts --frame-rate --frame-size --vocab --conf --nms --track_thresh --match_thresh
        --motion_weight --track_iou_low_thresh --track_buffer --min-track-area --min-track-len --mot20 --deface_cmd
        --index_file --action --num_workers --N --Nc --min_nn_dist --max_spt_iou --iou_tbuff --min_motion
        index sample_random sample_class_balanced sample_max_motion sample_min_red
        --metric motion embeddings blur --db_meta_file
        trackverse-yids-all.txt lvis-prompts.txt trackverse-verified-6perclass.txt
        videos_mp4 videos_segm tracks_meta tracks_mp4 tracks_subsets
    """,
    "flexpatch": """
        train_flexpatch_simple.py train_flexpatch_mot17.py mot17_13.mp4 yolov10m_640.engine YOLOv10m
        flexpatch_model.joblib training_data.csv train_simple_output.log
        max_depth min_samples_split random_state iou_threshold_high iou_threshold_medium refresh
        min_eig ncc accel flow_std confidence iou_label FlexPatch TrackingFailureRecommender process_frame get_patches
        tf_model_path model_path generate_training_data train_from_csv frame_size detector
    """,
    "videomnist": """
        create_videomnist_dataset.sh generate_videomnist_numpy.py generate_videomnist.py videomnist_to_hdf5.py
        visualize_videomnist.py create_samples.sh train_vqvae.py train_videogpt.py sample_videogpt.py
        --output_file --sequence_length --videos_per_digit --motion_types --image_size
        --create_samples --sample_formats --num_samples --hdf5_path --output_dir --formats --fps --gif_duration
        --create_comparison --comparison --num_per_class bounce circular linear spiral
        --data_path --resolution --batch_size --gpus --embedding_dim --n_codes --n_hiddens --n_res_layers --downsample
        --vqvae --hidden_dim --heads --layers --dropout --attn_dropout --max_steps --precision --num_workers
        --n_cond_frames --class_cond --ckpt --n
        videomnist.h5 train_data train_idx train_labels test_data test_idx test_labels attributes
        digit_X_video_YYY.gif videomnist_montage.png class_comparisons/digit_X_comparison.gif dataset_stats.txt
    """,
    "persistence": """
        batch_augment_dataset.py --num_samples --source_dir --output_dir --transients_per_video --checkpoint_interval
        --sync_interval SYNC_REQUESTED.txt PROGRESS.txt GENERATION_SUMMARY.json checkpoint.json samples
        persistence multitask attention objects densities overlap noise blur lazy
    """,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_flag_and_file_of_the_origins_document_is_mapped(name):
    text = (ROOT / f"docs/{name}.md").read_text()
    missing = [
        word for word in DOCUMENTS[name].split() if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)
    ]
    assert missing == []
