"""Small files of every kind, made here, good and hostile."""

from __future__ import annotations

import hashlib
import io
import struct
import wave
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageCms, ImageDraw

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, format_: str, **options: Any) -> bytes:
    """An image as a file."""
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def quarters(width: int = 600, height: int = 400, mode: str = "RGB") -> Image.Image:
    """Four rectangles: red, green / blue, white; so that turning and mirroring show."""
    image = Image.new("RGB", (width, height), WHITE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), RED)
    draw.rectangle((width // 2, 0, width, height // 2 - 1), GREEN)
    draw.rectangle((0, height // 2, width // 2 - 1, height), BLUE)
    return image.convert(mode)


def turned_jpeg(orientation: int) -> bytes:
    """A photograph whose EXIF says how it is to be turned, with the camera's name in it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = orientation, "Ica\x07rus <b>", "Model 1"
    return encoded(quarters(), "JPEG", quality=95, exif=exif)


def several_pages() -> bytes:
    """A TIFF of three pages of different sizes with a scanner's reduced copy of the first between them."""
    pages = [quarters(300, 200), quarters(75, 50), quarters(80, 120), Image.new("1", (64, 64), 1)]
    pages[1].info["reduced"] = True
    out = io.BytesIO()
    with_tag = {1: {254: 1}}
    from PIL import TiffImagePlugin

    with TiffImagePlugin.AppendingTiffWriter(out, new=True) as writer:
        for number, page in enumerate(pages):
            page.save(
                writer, "TIFF", tiffinfo=with_tag.get(number, {}), compression="tiff_lzw" if number != 3 else "group4"
            )
            writer.newFrame()
    return out.getvalue()


def profiled_jpeg() -> bytes:
    """A JPEG with an embedded colour profile."""
    return encoded(quarters(), "JPEG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims a size and has hardly any data."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">L", len(content)) + name + content + struct.pack(">L", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


def lying_tiff(width: int, height: int, offset: int, count: int) -> bytes:
    """A TIFF whose only strip lies somewhere else than it says."""
    tags = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, offset),
        (277, 3, 1),
        (278, 4, height),
        (279, 4, count),
    ]
    entries = b"".join(struct.pack("<HHLL", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0" + struct.pack("<L", 8) + struct.pack("<H", len(tags)) + entries + struct.pack("<L", 0) + bytes(64)


def ring_tiff() -> bytes:
    """A TIFF whose chain of directories never ends."""
    tiff = bytearray(lying_tiff(2, 2, 130, 4))
    tiff[8 + 2 + 9 * 12 : 8 + 2 + 9 * 12 + 4] = struct.pack("<L", 8)
    return bytes(tiff)


def pdf(*texts: str, pages: str | None = None, extra: str = "", size: str = "0 0 300 400") -> bytes:
    """A PDF with a page for each text."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", ""]
    kids = []
    for text in texts:
        stream = f"BT /F1 24 Tf 20 200 Td ({text}) Tj ET"
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[{size}]/Contents {len(objects) + 2} 0 R"
            "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
        )
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
    objects[1] = pages or f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>"
    if extra:
        objects.append(extra)
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    return out + f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()


def nested_pdf(depth: int = 50_000) -> bytes:
    """A PDF whose page tree goes down and down."""
    return pdf(
        "deep", extra="[" * depth + "]" * depth, pages=f"<</Type/Pages/Kids[5 0 R]/Count {depth}/X {'[' * depth}>>"
    )


def sound(seconds: float = 2.0) -> bytes:
    """A WAV of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(bytes(int(seconds * 8000) * 2))
    return out.getvalue()


def video(av: Any, seconds: int = 3) -> bytes:
    """An MP4 of one colour, as PyAV writes it."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for _ in range(seconds * 10):
            container.mux(stream.encode(av.VideoFrame.from_image(Image.new("RGB", (320, 180), RED))))
        container.mux(stream.encode(None))
    return out.getvalue()


def locked_pdf() -> bytes:
    """A PDF that opens only with the password ``lantern`` (ISO 32000-1 §7.6.3, revision 2, 40 bits)."""
    owner, ident, permissions = bytes(range(32)), bytes(16), -4
    password = (b"lantern" + _PADDING)[:32]
    key = hashlib.md5(password + owner + struct.pack("<l", permissions) + ident, usedforsecurity=False).digest()[:5]
    encrypt = f"<</Filter/Standard/V 1/R 2/O<{owner.hex()}>/U<{_rc4(key, _PADDING).hex()}>/P {permissions}>>"
    plain = pdf("secret", extra=encrypt)
    number = plain.count(b"endobj")
    return plain.replace(
        b"/Root 1 0 R>>", f"/Root 1 0 R/Encrypt {number} 0 R/ID[<{ident.hex()}><{ident.hex()}>]>>".encode()
    )


_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def _rc4(key: bytes, text: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in text:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def zip_bomb() -> bytes:
    """An archive of a few kilobytes that unpacks to 300 MB."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("zeros", "w", force_zip64=True) as zeros,
    ):
        for _ in range(300):
            zeros.write(bytes(1 << 20))
    return out.getvalue()
