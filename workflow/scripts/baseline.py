"""Low-level baseline: can level, silence or mean spectrum separate music?"""

from music_selectivity.analyses.baseline import baseline_auc
from music_selectivity.corpus.clip_table import included
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import MIXED, MUSIC

with job(snakemake) as log:
    clips = included(read_table(snakemake.input.clips))
    clips = clips[clips["group"] != MIXED]
    features = {
        "level": clips["level_dbfs"],
        "silence": clips["silent_share"],
        "mean mel spectrum": clips.filter(regex="^mel_"),
        "filled fraction": clips["filled_share"],
    }
    table = baseline_auc(features, clips["group"] == MUSIC, clips["split"])
    write_table(snakemake.output[0], table)
    log.info("AUC of all low-level features: %.3f", table["auc"].iloc[-1])
