"""A sound of six seconds: a major scale on a bell."""

from __future__ import annotations

import array
import io
import math
import wave

RATE = 22_050
_SEMITONES = (0, 2, 4, 5, 7, 9, 11, 12)
_A4 = 440.0
_SECONDS_A_NOTE = 0.75
_PARTIALS = ((1.0, 1.0, 3.0), (2.76, 0.4, 5.0), (5.4, 0.2, 8.0))
"""Of a struck bar: multiple of the pitch, loudness, how fast it dies."""


def wav() -> bytes:
    """The scale of A major, one octave up, 16 bits, mono."""
    length = int(RATE * _SECONDS_A_NOTE)
    samples = array.array("h")
    for semitones in _SEMITONES:
        pitch = _A4 * 2 ** (semitones / 12)
        samples.extend(int(14_000 * _bell(pitch, at / RATE)) for at in range(length))
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples.tobytes())
    return out.getvalue()


def _bell(pitch: float, seconds: float) -> float:
    return sum(
        loud * math.exp(-decay * seconds) * math.sin(2 * math.pi * pitch * multiple * seconds)
        for multiple, loud, decay in _PARTIALS
    )
