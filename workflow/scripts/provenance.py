"""What made every result of the study, and a checksum of each."""

import json
from pathlib import Path

from music_selectivity.store import read_table, write_text
from music_selectivity.study import provenance
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    found = provenance.study(
        folder=Path(snakemake.output.provenance).parent,
        config=snakemake.params.config,
        inputs=snakemake.input.outside,
        clips=read_table(snakemake.input.clips),
        source=Path(snakemake.scriptdir),
    )
    write_text(snakemake.output.provenance, json.dumps(found, indent=1))
    write_text(
        snakemake.output.checksums, provenance.checksums(snakemake.output.provenance)
    )
    log.info("%d results of %d jobs", len(found["results"]), len(found["jobs"]))
