"""Containers and codecs: what ffmpeg is told, and the pixel formats that each takes."""

#: Codec: options, pixel formats, levels that it may lose.
CODECS = {
    "h264": ("-c:v libx264 -preset veryfast -crf 10",
             "yuv420p yuv422p yuv444p yuv420p10le yuv422p10le gray rgb24", 5),
    "hevc": ("-c:v libx265 -preset ultrafast -crf 10 -x265-params log-level=error",
             "yuv420p yuv422p yuv444p yuv420p10le yuv420p12le gray gbrp", 5),
    "av1": ("-c:v libsvtav1 -preset 10 -crf 20", "yuv420p yuv420p10le", 6),
    "vp8": ("-c:v libvpx -auto-alt-ref 0 -deadline realtime -cpu-used 8 -crf 4 -b:v 4M",
            "yuv420p yuva420p", 6),
    "vp9": ("-c:v libvpx-vp9 -auto-alt-ref 0 -deadline realtime -cpu-used 8 -crf 8 -b:v 0",
            "yuv420p yuv422p yuv444p yuv420p10le yuva420p gbrp", 6),
    "mpeg4": ("-c:v mpeg4 -q:v 2", "yuv420p", 5),
    "mjpeg": ("-c:v mjpeg -q:v 2", "yuvj420p yuvj422p yuvj444p", 5),
    "mpeg1": ("-c:v mpeg1video -q:v 2", "yuv420p", 5),
    "mpeg2": ("-c:v mpeg2video -q:v 2", "yuv420p yuv422p", 5),
    "prores": ("-c:v prores_ks", "yuv422p10le yuv444p10le yuva444p10le", 5),
    "cineform": ("-c:v cfhd -quality film1", "yuv422p10le gbrp12le", 5),
    "ffv1": ("-c:v ffv1", "yuv420p yuv444p yuv420p10le gray gray16le bgr0 gbrp10le", 4),
    "huffyuv": ("-c:v huffyuv", "yuv422p rgb24", 4),
    "utvideo": ("-c:v utvideo", "yuv420p yuv422p gbrp", 4),
    "magicyuv": ("-c:v magicyuv", "yuv420p gbrp gray", 4),
    "raw": ("-c:v rawvideo", "yuv420p yuyv422 bgr24 gray rgb555le nv12 pal8", 5),
    "packed": ("-c:v rawvideo", "yuyv422 uyvy422 bgr24 rgb24 rgb555be rgb555le pal8", 5),
    "v210": ("-c:v v210", "yuv422p10le", 4),
    "qtrle": ("-c:v qtrle", "rgb24 argb rgb555be gray", 5),
    "png": ("-c:v png", "rgb24 rgba gray pal8 rgb48be", 5),
    "j2k": ("-c:v libopenjpeg -compression_level 8", "yuv420p rgb24 gray", 6),
    "cinepak": ("-c:v cinepak", "rgb24 gray", 9),
    "msvideo1": ("-c:v msvideo1", "rgb555le", 12),
    "theora": ("-c:v libtheora -q:v 10", "yuv420p yuv422p yuv444p", 5),
    "wmv1": ("-c:v wmv1 -q:v 2", "yuv420p", 5), "wmv2": ("-c:v wmv2 -q:v 2", "yuv420p", 5),
    "msmpeg4": ("-c:v msmpeg4 -q:v 2", "yuv420p", 5),
    "flv1": ("-c:v flv -q:v 2", "yuv420p", 5), "h263": ("-c:v h263 -q:v 2", "yuv420p", 5),
    "flashsv": ("-c:v flashsv", "bgr24", 4), "rv20": ("-c:v rv20 -q:v 2", "yuv420p", 5),
    "gif": ("-c:v gif", "rgb8", 30), "y4m": ("-c:v wrapped_avframe", "yuv420p", 5),
}
FORMS = """mp4-h264 mp4-hevc mp4-av1 mp4-vp9 mp4-mpeg4 mp4-mjpeg mov-h264 mov-hevc mov-prores
    mov-mjpeg mov-qtrle mov-png mov-cineform mov-v210 mov-packed mov-j2k mkv-h264 mkv-hevc mkv-vp8
    mkv-vp9 mkv-av1 mkv-ffv1 mkv-theora mkv-mpeg2 mkv-huffyuv mkv-mpeg4 mkv-mjpeg mkv-raw webm-vp8
    webm-vp9 webm-av1 avi-mjpeg avi-mpeg4 avi-h264 avi-huffyuv avi-ffv1 avi-raw avi-cinepak
    avi-msvideo1 avi-utvideo avi-magicyuv avi-png ts-h264 ts-hevc ts-mpeg2 m2ts-h264 mpg-mpeg1
    mpg-mpeg2 vob-mpeg2 flv-flv1 flv-h264 flv-flashsv ogv-theora wmv-wmv2 wmv-wmv1 asf-msmpeg4
    3gp-h263 3gp-h264 m4v-mpeg4""".split()
#: Containers that need not be read, and the name that a refusal has to have.
FOREIGN = {"y4m-y4m": "y4m|yuv4mpeg", "mxf-mpeg2": "mxf", "nut-ffv1": "nut", "h264-h264": "h.?264",
           "hevc-hevc": "h.?265|hevc", "ivf-vp8": "ivf", "rm-rv20": "real", "gif-gif": "gif",}
MUXERS = {"mkv": "matroska", "ts": "mpegts", "m2ts": "mpegts -mpegts_m2ts_mode 1", "ogv": "ogg",
          "mpg": "mpeg", "wmv": "asf", "m4v": "mp4", "y4m": "yuv4mpegpipe"}
#: Codecs whose frames stand alone.
SINGLE = ("prores", "cineform", "huffyuv", "utvideo", "raw", "packed", "png", "mjpeg", "v210", "magicyuv",
          "j2k", "y4m")
BOXES = ("mp4", "mov", "m4v", "3gp")


def split(form):
    container, codec = form.split("-")[:2]
    return container, codec
