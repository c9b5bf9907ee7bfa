# What Snakemake's own scheduler needs before the first job.
from pathlib import Path

SNAKEMAKE_DEFAULT_LIMIT = (100, 1)  # jobs, seconds


def check_results_are_writable():
    """Refuse, before any job and in one sentence, a disk that takes no results."""
    folder = Path(RESULTS).absolute()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise WorkflowError(
            f"{RESULTS} may not be written; see that its disk is mounted for writing "
            "and that the folder is yours, or copy the study to another place"
        )


def lift_default_job_rate_limit():
    """Lift Snakemake's default limit on jobs per second; keep one that a user sets.

    To keep its default of 100 jobs a second, Snakemake looks for jobs to start once a
    second for each job that has ended: half a core, in a study of some hundred jobs. No
    study comes near that limit.
    """
    limit = getattr(workflow.scheduler, "job_rate_limiter", None)
    if limit and (limit.max_jobs, limit.timespan) == SNAKEMAKE_DEFAULT_LIMIT:
        workflow.scheduler.job_rate_limiter = None
