# What Snakemake's own scheduler needs before the first job.
from pathlib import Path

SNAKEMAKE_DEFAULT_LIMIT = (100, 1)  # jobs, seconds


def check_results_are_writable():
    """Stop before the first job, with one sentence, if results cannot be written."""
    folder = Path(RESULTS).absolute()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise WorkflowError(
            f"{RESULTS} is not writable; check that its disk is mounted for writing and "
            "that the folder is yours, or copy the study to another place"
        )


def lift_default_job_rate_limit():
    """Lift Snakemake's default limit on jobs per second; keep one that a user sets.

    To enforce its default limit of 100 jobs per second, Snakemake looks for jobs once a
    second for every job that has ended. In a study of several hundred jobs this
    occupies half a core, although no study comes near the limit.
    """
    limit = getattr(workflow.scheduler, "job_rate_limiter", None)
    if limit and (limit.max_jobs, limit.timespan) == SNAKEMAKE_DEFAULT_LIMIT:
        workflow.scheduler.job_rate_limiter = None
