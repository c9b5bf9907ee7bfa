"""The clip table: listed clips with what was found in their audio."""

from music_selectivity.corpus.clip_table import included
from music_selectivity.corpus.clips import (
    check_all_used,
    check_failures,
    class_table,
    merge_audits,
)
from music_selectivity.store import read_table, write_table
from music_selectivity.study.jobs import job
from music_selectivity.vocabulary import USED

with job(snakemake) as log:
    listed = read_table(snakemake.input.clips)
    classes = read_table(snakemake.input.classes)
    clips = merge_audits(listed, [read_table(path) for path in snakemake.input.audits])
    # Read from config, not params: changing this limit must not retrain networks.
    check_failures(clips, snakemake.config["corpus"]["max_failed_share"])
    if snakemake.params.needs_all:
        check_all_used(clips)
    music = set(classes.loc[classes["music_related"], "name"])
    speech = set(classes.loc[classes["speech"], "name"])
    write_table(snakemake.output.clips, clips)
    write_table(
        snakemake.output.classes, class_table(classes["name"], music, speech, clips)
    )
    log.info("%d of %d clips usable", len(included(clips)), len(clips))
    for reason, count in clips["excluded"].value_counts().drop(USED).items():
        log.info("excluded, %s: %d", reason, count)
