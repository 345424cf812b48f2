"""A program of its own: reads a picture, and writes what is shown of it and a small one.

    python -I pictures.py SOURCE TARGET THUMBNAIL MOST_PIXELS

What it writes was encoded here: what else the source held (places, cameras, other files) is not in
it. It runs with little memory, little time, and below everything else; a picture that wants more
ends it and nothing else. It prints JSON: `{"refusal": …}`, or `{"type", "width", "height"}`. It
ends with `NO_DISK` where the disk took nothing.
"""

import errno
import json
import os
import resource
import sys
from typing import Any

os.nice(10)  # before anything else is read, which takes longer than most pictures

from PIL import Image, ImageOps, ImageSequence  # noqa: E402

SECONDS = 20
BYTES = 1_500_000_000  # of addresses: what is decoded may stand in memory three times over
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
WRITTEN = 100_000_000  # bytes of a file: what moves may be far larger than it came
THUMBNAIL = (480, 480)
MOST_FRAMES = 200
OF_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES)
NO_DISK = 74


def main(source: str, target: str, thumbnail: str, most_pixels: str) -> dict[str, Any]:
    limit_oneself()
    limit = int(most_pixels)
    Image.MAX_IMAGE_PIXELS = None  # ours is asked first, of what the picture says it is
    try:
        with Image.open(source, formats=readable(source)) as picture:
            width, height = picture.size
            if width * height > limit:
                return {"refusal": "too_large"}
            kind = shown_as(picture)
            frames = min(getattr(picture, "n_frames", 1), MOST_FRAMES)
            if frames > 1 and kind in ("GIF", "WEBP") and width * height * frames <= 2 * limit:
                first = moving(picture, target, kind, frames)
            else:
                first = still(picture, target, kind)
        width, height = first.size
        first.thumbnail(THUMBNAIL)
        first.save(thumbnail, "WEBP", quality=78)
    except MemoryError:
        return {"refusal": "too_large"}
    except Exception as error:  # whatever a broken picture makes of its reader
        number = getattr(error, "errno", None)
        if number in OF_DISK:
            sys.exit(NO_DISK)
        return {"refusal": "too_large" if number == errno.EFBIG else "unreadable"}
    return {"type": FORMATS[kind], "width": width, "height": height}


def readable(source: str) -> list[str]:
    """The formats that it may be of; what reads HEIF takes a while to load."""
    with open(source, "rb") as file:
        if file.read(8)[4:] != b"ftyp":
            return list(FORMATS)
    import pillow_heif

    pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False)
    return ["HEIF", "AVIF"]


def shown_as(picture: Image.Image) -> str:
    """The format that it is written in. What many browsers do not show is another one then."""
    if picture.format in ("HEIF", "AVIF"):
        return "WEBP" if picture.has_transparency_data else "JPEG"
    # What cameras call MPO begins with a JPEG, and other pictures follow it.
    return "JPEG" if picture.format == "MPO" else str(picture.format)


def limit_oneself() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))


def still(picture: Image.Image, target: str, kind: str) -> Image.Image:
    """As it is to be looked at: turned as its camera was held, in the colours of the web."""
    upright = ImageOps.exif_transpose(plain(picture))
    if kind == "JPEG":
        upright = upright.convert("RGB")
        upright.save(target, kind, quality=88, progressive=True)
    else:
        upright.save(target, kind)
    return upright


def moving(picture: Image.Image, target: str, kind: str, frames: int) -> Image.Image:
    seen = []
    times = []
    for number, frame in enumerate(ImageSequence.Iterator(picture)):
        if number == frames:
            break
        times.append(max(20, int(frame.info.get("duration", 100) or 100)))
        seen.append(frame.convert("RGBA"))
    how: dict[str, Any] = {"disposal": 2} if kind == "GIF" else {}
    rest = seen[1:]
    seen[0].save(target, kind, save_all=True, append_images=rest, duration=times, loop=0, **how)
    return seen[0].copy()


def plain(picture: Image.Image) -> Image.Image:
    """Its pixels and how it was held, and nothing else that it came with."""
    if picture.mode not in ("RGB", "RGBA", "L", "LA"):
        has_holes = "transparency" in picture.info or picture.mode in ("PA", "RGBa", "La")
        bare = picture.convert("RGBA" if has_holes else "RGB")
    else:
        bare = picture.copy()
    turned = picture.getexif().get(0x0112)
    bare.info = {}
    exif = bare.getexif()
    exif.clear()
    if turned:
        exif[0x0112] = turned
    return bare


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
