"""Videos: frames to predict, and a video of the overlays."""

import contextlib
import os
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from ...errors import UsageError

__all__ = ["Video", "frames_of", "is_video_name", "open_video", "writing_video"]

_SUFFIXES = (".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv")
_USUAL_RATE = 25.0  # where the header says none


class Video(NamedTuple):
    """An open video: its path, capture, frames by its header, and frames a second."""

    path: str
    capture: Any
    count: int
    frame_rate: float


def is_video_name(path):
    """Whether a file's suffix is that of a video, in capitals or not."""
    return os.path.splitext(str(path))[1].lower() in _SUFFIXES


def open_video(path):
    """Open a video.

    Args:
        path: of the file.

    Returns:
        Video.

    Raises:
        UsageError: OpenCV reads no frame of it.
    """
    capture = cv2.VideoCapture(str(path))
    if not capture.isOpened():
        raise UsageError(f"video {path} cannot be read by OpenCV")
    rate = capture.get(cv2.CAP_PROP_FPS)
    rate = rate if 0 < rate < 1000 else _USUAL_RATE
    return Video(
        path, capture, max(0, int(capture.get(cv2.CAP_PROP_FRAME_COUNT))), rate
    )


def frames_of(video, channels=3):
    """The frames of a video.

    Args:
        video: Video; it is closed at the end.
        channels: 3, or 1 for luminance.

    Yields:
        float32 [H, W, 3], blue first, or [H, W].

    Raises:
        UsageError: other channels, or no frame at all.
    """
    if channels not in (1, 3):
        raise UsageError(
            f"video {video.path} has 3 bands, but img_channels is {channels}"
        )
    number = 0
    try:
        while True:
            there, frame = video.capture.read()
            if not there:
                break
            number += 1
            if channels == 1:
                frame = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
            yield frame.astype(np.float32)
    finally:
        video.capture.release()
    if not number:
        raise UsageError(f"video {video.path} has no frame that OpenCV can read")


@contextlib.contextmanager
def writing_video(path, frame_rate):
    """Write a video that appears under its name when it is complete.

    Args:
        path: of the .mp4 file.
        frame_rate: frames a second.

    Yields:
        function that takes a frame, uint8 [H, W, 3], RGB.

    Raises:
        UsageError: this OpenCV cannot write videos.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.new.mp4")
    writer = None

    def add(frame):
        nonlocal writer
        if writer is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            size = frame.shape[1::-1]
            code = cv2.VideoWriter_fourcc(*"mp4v")
            writer = cv2.VideoWriter(str(temporary), code, frame_rate, size)
            if not writer.isOpened():
                raise UsageError(f"this OpenCV cannot write the video {path}")
        writer.write(np.ascontiguousarray(frame[..., ::-1]))

    try:
        yield add
        if writer is not None:
            writer.release()
            os.replace(temporary, path)
    finally:
        if writer is not None:
            writer.release()
        temporary.unlink(missing_ok=True)
