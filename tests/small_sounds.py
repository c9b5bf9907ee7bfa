"""Encoded sounds, and Parquet files that hold them, for tests."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile

RATE = 22_050
SOUND = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def tone(seconds: float, rate: int = RATE, hertz: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def encoded(seed: int, form: str = "FLAC", seconds: float = 0.5) -> bytes:
    """A sound of its own for each seed."""
    rng = np.random.default_rng(seed)
    file = io.BytesIO()
    noise = rng.uniform(-0.5, 0.5, round(seconds * RATE))
    soundfile.write(file, noise, RATE, format=form)
    return file.getvalue()


def put(path: Path, data: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def write_parquet(path: Path, clips, group: int = 100, **form) -> Path:
    """Clips (video_id, bytes) as the public mirror of AudioSet holds them."""
    rows = [
        {
            "video_id": clip_id,
            "audio": None if data is None else {"bytes": data, "path": f"{clip_id}.x"},
            "labels": ["/m/04rlf"],
        }
        for clip_id, data in clips
    ]
    schema = {"video_id": pa.string(), "audio": SOUND, "labels": pa.list_(pa.string())}
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(rows, pa.schema(list(schema.items())))
    pq.write_table(table, path, row_group_size=group, **form)
    return path
