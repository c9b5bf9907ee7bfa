"""torchaudio beside a torch of another build.

PyPI's torchaudio is linked against CUDA; beside a CPU-only torch its compiled
extension does not load and `import torchaudio` fails. The transforms used here are
pure torch and need no extension, so it is left out, and one log line says so.
"""

import logging
import sys
import types

log = logging.getLogger(__name__)


def import_transforms() -> types.ModuleType:
    """Return `torchaudio.transforms`, leaving out an extension that cannot load."""
    try:
        import torchaudio.transforms
    except OSError as error:
        reason = str(error).splitlines()[0]
        _leave_extension_out()
        import torchaudio.transforms

        log.info("torchaudio's compiled extension is left out (%s)", reason)
    return torchaudio.transforms


def _leave_extension_out() -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
        del sys.modules[name]
    stub = types.ModuleType("torchaudio._extension")
    stub._IS_TORCHAUDIO_EXT_AVAILABLE = False
    # torchaudio decorates its forced aligner, unused here, with this.
    stub.fail_if_no_align = lambda function: function
    sys.modules["torchaudio._extension"] = stub
