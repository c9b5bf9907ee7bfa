"""Music told from the rest by level, silence and mean spectrum: the study's floor."""

from music_selectivity.clips import included
from music_selectivity.jobs import job
from music_selectivity.store import read_table, write_table
from music_selectivity.trivial import trivial_auc

with job(snakemake) as log:
    clips = included(read_table(snakemake.input.clips))
    clips = clips[clips["group"] != "mixed"]
    features = {
        "level": clips["level_dbfs"],
        "silence": clips["silent_share"],
        "mean mel spectrum": clips.filter(regex="^mel_"),
        "filled fraction": clips["filled_share"],
    }
    table = trivial_auc(features, clips["group"] == "music", clips["split"])
    write_table(snakemake.output[0], table)
    log.info("AUC of all trivial features: %.3f", table["auc"].iloc[-1])
