"""Keep the config, with every default filled in, among the results."""

import yaml

from music_selectivity.store import write_text
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    text = yaml.safe_dump(snakemake.params.config, sort_keys=False, allow_unicode=True)
    write_text(snakemake.output[0], text)
