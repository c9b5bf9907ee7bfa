"""Write the clips of one shard of two public collections."""

from music_selectivity.jobs import job
from music_selectivity.sound_collections.levelling import write_audio
from music_selectivity.sources import shard_of
from music_selectivity.store import read_table

with job(snakemake) as log:
    recipes = read_table(snakemake.input.recipes)
    shard, n_shards = int(snakemake.wildcards.shard), snakemake.params.n_shards
    shards = recipes["clip_id"].map(lambda clip_id: shard_of(clip_id, n_shards))
    write_audio(recipes[shards == shard], snakemake.output[0])
    log.info("%d clips", (shards == shard).sum())
