"""Makes the clips of the video regression tests in Video/: python make_videos.py (numpy, FFmpeg 5.1
with libx264, libvpx, libtheora).

Frames show four quarters of one colour each, red upper left, green, blue, grey, or one grey level.
What is expected of a clip stands in the tests: the colours that were put in here.
"""

import pathlib
import subprocess

import numpy as np

OUT = pathlib.Path(__file__).parent / "Video"
X264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "4", "-preset", "medium"]


def quarters(width=64, height=48):
    frame = np.zeros((height, width, 3), np.uint8)
    y, x = height // 2, width // 2
    frame[:y, :x], frame[:y, x:] = (200, 40, 40), (40, 180, 60)
    frame[y:, :x], frame[y:, x:] = (50, 60, 210), (120, 120, 120)
    return frame


def greys(count):
    return [np.full((48, 64, 3), 20 + 7 * index, np.uint8) for index in range(count)]


def ffmpeg(*arguments, data=None):
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", *map(str, arguments)]
    subprocess.run(command, input=data, check=True)


def clip(name, *arguments, frames=None, rate=10, pixels="rgb24"):
    frames = frames or [quarters()] * 3
    height, width = frames[0].shape[:2]
    source = ["-f", "rawvideo", "-pix_fmt", pixels, "-s", f"{width}x{height}", "-r", rate, "-i", "-"]
    data = b"".join(frame.tobytes() for frame in frames)
    ffmpeg(*source, *arguments, "-fflags", "+bitexact", OUT / name, data=data)


def colours(name, matrix, tag, levels, *arguments):
    scale = f"scale=out_color_matrix={matrix}:out_range={levels}:flags=accurate_rnd+full_chroma_int"
    pixels = [] if "-c:v" in arguments else X264
    clip(name, "-vf", scale + ",format=yuv420p", *pixels, *arguments, "-colorspace", tag,
         "-color_range", levels)


VP9 = ["-c:v", "libvpx-vp9", "-crf", "4", "-b:v", "0"]
colours("bt601-limited.mp4", "bt601", "smpte170m", "tv")
colours("bt601-full.mp4", "bt601", "smpte170m", "pc")
colours("bt709-limited.mp4", "bt709", "bt709", "tv")
colours("bt709-full.mp4", "bt709", "bt709", "pc")
colours("bt2020-limited.mp4", "bt2020", "bt2020nc", "tv")
colours("bt709-full.webm", "bt709", "bt709", "pc", *VP9)
colours("bt709-limited.ts", "bt709", "bt709", "tv")
clip("ten-bit.mp4", *X264, "-pix_fmt", "yuv420p10le")
clip("rgb.mkv", "-c:v", "ffv1", "-pix_fmt", "gbrp")
# Encoders leave the mark of limited levels on RGB.
clip("rgb-marked-limited.mkv", "-vf", "format=gbrp,setparams=range=tv", "-c:v", "ffv1",
     "-color_range", "tv", "-pix_fmt", "gbrp")
clip("alpha.mov", "-c:v", "qtrle", "-pix_fmt", "argb")
clip("ycgco.mp4", *X264, "-colorspace", "ycgco")
clip("linear.mp4", *X264, "-color_trc", "linear")

# 12 bits: levels 40 and 200 of 0 to 255, coded from 16 * 16 to 16 * 235.
grey = np.zeros((48, 64), "<u2")
grey[:, :32], grey[:, 32:] = [round(16 * (16 + 219 * level / 255)) for level in (40, 200)]
clip("grey.mkv", "-vf", "setparams=range=tv", "-c:v", "ffv1", "-color_range", "tv", frames=[grey],
     pixels="gray12le")

# 10 bits: a column of each grey level from 0 to 255, two pixels wide.
ramp = np.full((72, 512), 512, "<u2")
ramp[:48] = np.rint(64 + 876 * np.repeat(np.arange(256), 2) / 255)
ffmpeg("-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-s", "512x48", "-r", 10, "-i", "-", "-c:v",
       "ffv1", "-color_range", "tv", "-colorspace", "bt709", "-fflags", "+bitexact",
       OUT / "ten-bit-ramp.mkv", data=ramp.tobytes())


def pq(light):
    """BT.2100, table 4: cd/m2 to coded value."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = (light / 10000) ** m1
    return ((c1 + c2 * power) / (1 + c3 * power)) ** m2


def hlg(light):
    """BT.2100, table 5, for grey on a display of 1,000 cd/m2."""
    scene = (light / 1000) ** (1 / 1.2)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.sqrt(3 * scene) if scene <= 1 / 12 else a * np.log(12 * scene - b) + c


def expected(light):
    """The level that the tests want: white at 203 cd/m2, Mobius curve above 0.3, gamma 2.4."""
    value, peak, knee = light / 203, 1000 / 203, 0.3
    if value > knee:
        a = -knee * knee * (peak - 1) / (knee * knee - 2 * knee + peak)
        b = (knee * knee - 2 * knee * peak + peak) / (peak - 1)
        value = (b * b + 2 * b * knee + knee * knee) / (b - a) * (value + a) / (value + b)
    return round(255 * value ** (1 / 2.4))


LIGHTS = (20.3, 101.5, 203, 900)
print("high dynamic range:", [expected(light) for light in LIGHTS])
for name, curve, tag in (("hlg.mkv", hlg, "arib-std-b67"), ("pq.mkv", pq, "smpte2084")):
    planes = np.full((72, 64), 512, "<u2")
    for index, light in enumerate(LIGHTS):
        planes[:48, 16 * index : 16 * index + 16] = round(64 + 876 * curve(light))
    source = ["-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-s", "64x48", "-r", 10, "-i", "-"]
    tags = ["-color_trc", tag, "-colorspace", "bt2020nc", "-color_primaries", "bt2020",
            "-color_range", "tv"]
    ffmpeg(*source, "-c:v", "ffv1", *tags, "-fflags", "+bitexact", OUT / name, data=planes.tobytes())

clip("crop.mp4", *X264, "-bsf:v",
     "h264_metadata=crop_left=10:crop_right=6:crop_top=4:crop_bottom=8")
clip("interlaced.mpg", "-vf", "setfield=tff", "-c:v", "mpeg2video", "-flags", "+ilme+ildct",
     "-q:v", "2", rate=25)
clip("clocks.m2ts", *X264)
# QuickTime has no name for these planes.
clip("raw-unnamed.mov", "-c:v", "rawvideo", "-pix_fmt", "yuv420p", frames=[quarters(16, 8)] * 2)

# Frames 0 to 5 at these times.
times = dict(enumerate((0, 100, 200, 1200, 1300, 4000)))
when = "0"
for index, time in times.items():
    when = f"if(eq(N,{index}),{time},{when})"
uneven = ["-vf", f"settb=1/1000,setpts='{when}'", "-fps_mode", "passthrough", "-enc_time_base"]
for name, codec in (("mp4", X264 + ["-bf", "2", "-video_track_timescale", "1000"]),
                    ("mkv", X264 + ["-bf", "2"]), ("webm", VP9)):
    clip("variable." + name, *uneven, "1/1000", *codec, frames=greys(6))
clip("variable.ts", *uneven, "1/90000", *X264, "-bf", "2", frames=greys(6))

for name, codec in (("avi", ["-c:v", "mpeg4", "-q:v", "2", "-bf", "2"]),
                    ("mpg", ["-c:v", "mpeg2video", "-q:v", "2", "-bf", "2"]),
                    ("mkv", X264 + ["-bf", "3"]), ("ts", X264 + ["-bf", "2", "-g", "10"])):
    clip("b-frames." + name, *codec, frames=greys(25), rate=25)

scratch = OUT / "scratch.mp4"
clip("scratch.mp4", *X264, "-g", "30", "-bf", "2", frames=greys(30))
ffmpeg("-ss", "1.15", "-i", scratch, "-c", "copy", "-fflags", "+bitexact", OUT / "trimmed.mp4")

clip("scratch.ts", *X264)
parts = (OUT / "scratch.ts").read_bytes()
clip("scratch.ts", *X264, frames=[quarters(96, 64)] * 3)
(OUT / "sizes.ts").write_bytes(parts + (OUT / "scratch.ts").read_bytes())

tone = ["-f", "lavfi", "-i", "sine=duration=0.2"]
exact = ["-fflags", "+bitexact"]
ffmpeg(*tone, "-c:a", "aac", "-b:a", "8k", *exact, OUT / "sound.mp4")
ffmpeg(*tone, "-c:a", "aac", "-b:a", "8k", *exact, OUT / "sound.mka")
cover = OUT / "scratch.png"
ffmpeg("-f", "lavfi", "-i", "color=white:s=32x32", "-frames:v", "1", cover)
ffmpeg("-i", OUT / "sound.mp4", "-i", cover, "-map", "0", "-map", "1", "-c", "copy",
       "-disposition:v:0", "attached_pic", *exact, OUT / "cover.mp4")
clip("scratch.mp4", *X264)
ffmpeg("-i", cover, "-i", scratch, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0",
       "attached_pic", *exact, OUT / "cover-and-video.mp4")
clip("scratch.ts", *X264, frames=[quarters(96, 64)] * 3)
ffmpeg("-i", scratch, "-i", OUT / "scratch.ts", "-map", "0", "-map", "1", "-c", "copy",
       "-disposition:v:0", "0", "-disposition:v:1", "default", *exact, OUT / "two-tracks.mkv")
key = "00112233445566778899aabbccddeeff"
ffmpeg("-i", scratch, "-c", "copy", "-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key,
       "-encryption_kid", key, *exact, OUT / "encrypted.mp4")
for name in ("scratch.mp4", "scratch.ts", "scratch.png"):
    (OUT / name).unlink()
