"""The study's report, and the pages that Snakemake's own report shows."""
