"""Sound and video → duration, codecs, dimensions; a poster of a video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from armarium.derivatives.errors import UnusableFileError
from armarium.derivatives.model import POSTER, THUMBNAIL, Findings, Format, Limits, confined, plain, refusal

_POSTER_AT = 0.1  # of the duration: the first frame is often black
_FRAMES_TRIED = 250
_SOUND = {"video/mp4": "audio/mp4", "video/x-matroska": "audio/x-matroska", "video/mpeg": "audio/mpeg"}


def work(master: Path, found: Format, folder: Path, limits: Limits, findings: Findings) -> None:
    """What MediaInfo knows of the recording, and a poster where it has pictures. Raises UnusableFileError."""
    tracks = _tracks(master)
    sound = [track for track in tracks if track.track_type == "Audio"]
    pictures = [track for track in tracks if track.track_type == "Video"]
    general = next((track for track in tracks if track.track_type == "General"), None)
    if not sound and not pictures:
        raise UnusableFileError("no sound and no pictures were found in the file: it is cut off or damaged")
    findings.duration = _seconds(general) or _seconds((pictures or sound)[0])
    findings.details |= _details(sound, pictures)
    if not pictures:
        findings.mime_type = _SOUND.get(found.mime_type, found.mime_type)
        return
    findings.width, findings.height = _number(pictures[0].width), _number(pictures[0].height)
    _poster(master, found, folder, limits, findings)


def _tracks(master: Path) -> list[Any]:
    """MediaInfo reads the open file and so cannot follow a name in it to another file or address."""
    from pymediainfo import MediaInfo

    try:
        with master.open("rb") as file:
            return list(MediaInfo.parse(file).tracks)
    except (OSError, RuntimeError, ValueError, SyntaxError) as error:
        raise UnusableFileError(f"the recording cannot be read ({plain(error)})") from error


def _details(sound: list[Any], pictures: list[Any]) -> dict[str, Any]:
    stated = {
        "audio_codec": sound[0].format if sound else None,
        "audio_channels": _number(sound[0].channel_s) if sound else None,
        "sampling_rate_hz": _number(sound[0].sampling_rate) if sound else None,
        "video_codec": pictures[0].format if pictures else None,
        "frame_rate": plain(pictures[0].frame_rate or "") if pictures else None,
    }
    return {name: plain(value) if isinstance(value, str) else value for name, value in stated.items() if value}


def _seconds(track: Any) -> float | None:
    try:
        return round(float(track.duration) / 1000, 3)
    except (AttributeError, TypeError, ValueError):
        return None


def _number(value: Any) -> int | None:
    try:
        return int(float(value))
    except (TypeError, ValueError):
        return None


def _poster(master: Path, found: Format, folder: Path, limits: Limits, findings: Findings) -> None:
    """A picture from the first tenth, and its thumbnail; where there is none to be had, the details say why."""
    try:
        import av
    except ImportError:
        findings.details["poster"] = "none: video decoding is not installed here"
        return
    try:
        image = _picture(av, master, found, limits, findings)
    except (av.FFmpegError, ValueError, UnusableFileError) as error:
        findings.details["poster"] = f"none: {plain(error)}"
        return
    if image is None:
        findings.details["poster"] = "none: the video has no frame that can be read"
        return
    for name, box in ((POSTER, limits.poster), (THUMBNAIL, limits.thumbnail)):
        size = confined(image.width, image.height, box)
        image.resize(size).save(folder / name, "JPEG", quality=limits.jpeg_quality, optimize=True)
        findings.made(name, (folder / name).stat().st_size, *size)


def _picture(av: Any, master: Path, found: Format, limits: Limits, findings: Findings) -> Any:
    # The demuxer is the one of the sniffed format: no playlist, no other protocol than this file.
    with av.open(str(master), format=found.codec, options={"protocol_whitelist": "file"}) as container:
        stream = container.streams.video[0]
        if reason := refusal(stream.width, stream.height, 24, master.stat().st_size, limits, in_memory=True):
            raise UnusableFileError(reason)
        stream.thread_type = "NONE"
        if findings.duration:
            container.seek(int(findings.duration * _POSTER_AT * av.time_base))
        for tried, frame in enumerate(container.decode(stream)):
            if frame.key_frame or tried >= _FRAMES_TRIED:
                return frame.to_image()
    return None
