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
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_flag_and_file_of_the_origins_document_is_mapped(name):
    text = (ROOT / f"docs/{name}.md").read_text()
    missing = [
        word for word in DOCUMENTS[name].split() if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)
    ]
    assert missing == []
