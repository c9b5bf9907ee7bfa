# From sound clips to claims; `snakemake --cores all` runs the default study.
import os
import sys

from snakemake.utils import min_version

min_version("9.0")

# Scripts, and the jobs that a scheduler starts elsewhere, find the library by these.
LIBRARY = os.path.join(workflow.basedir, "workflow")
sys.path.insert(0, LIBRARY)
os.environ.update(
    PYTHONPATH=os.pathsep.join(filter(None, [LIBRARY, os.getenv("PYTHONPATH")]))
)


configfile: os.path.join(workflow.basedir, "config.yaml")


include: "workflow/rules/common.smk"
include: "workflow/rules/fetch.smk"
include: "workflow/rules/corpus.smk"
include: "workflow/rules/clips.smk"
include: "workflow/rules/stimuli.smk"
include: "workflow/rules/networks.smk"
include: "workflow/rules/linear.smk"
include: "workflow/rules/analyses.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/provenance.smk"


report: "workflow/report/workflow.rst"


rule all:
    default_target: True
    input:
        RESULTS_SHOWN,
        paths.usage,
        paths.provenance,


onstart:
    # Told before any job, and not by a traceback from the midst of one.
    if not writable(RESULTS):
        raise WorkflowError(
            f"{RESULTS} may not be written; see that its disk is mounted for writing and "
            "that the folder is yours, or copy the study to another place"
        )
    # Snakemake keeps its default limit, of 100 jobs a second, by looking for jobs to
    # start once a second for each that has ended: half a core, in a study of some
    # hundred. No study comes near that limit; one that is asked for stays.
    limit = getattr(workflow.scheduler, "job_rate_limiter", None)
    if limit and (limit.max_jobs, limit.timespan) == (100, 1):
        workflow.scheduler.job_rate_limiter = None
