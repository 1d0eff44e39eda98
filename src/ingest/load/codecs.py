"""zstd and lz4, which Python 3.11 cannot unpack and pyarrow can; only this folder imports pyarrow."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

CODEC_ERRORS: tuple[type[Exception], ...] = (pa.ArrowException, OSError)
"""What reading a damaged or cut stream raises."""


def codec_stream(stream: Any, codec: str) -> Any:
    """A stream of the unpacked bytes of `stream` (an object with `read`); `codec`: zstd or lz4. Raises
    CODEC_ERRORS, as does reading it."""
    return pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), codec)
