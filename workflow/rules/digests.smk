# What makes a job run again when code is edited: the param `code` of every rule.
import functools

from music_selectivity.study.code_digest import code_digest, template_digest


@functools.cache
def code(script, *modules):
    """Digest of what a script runs: a rule's outputs follow edits of its code."""
    return code_digest(f"{LIBRARY}/scripts/{script}", *modules)


def network_code(script):
    """Param of a script that builds networks: `code`, with their architectures.

    A job without a model builds networks of all models.
    """

    def digest(wildcards):
        models = [wildcards.model] if "model" in wildcards.keys() else MODELS
        names = sorted({MODELS[model]["architecture"] for model in models})
        return code(script, *(f"music_selectivity.networks.{name}" for name in names))

    return digest


def templates(*pages):
    """Digest of the templates of pages, and of the parts, style and scripts in them."""
    folder = f"{LIBRARY}/music_selectivity/report/templates"
    return template_digest(folder, *(f"{page}.html.j2" for page in pages))
