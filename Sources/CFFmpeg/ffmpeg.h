// Only the link settings of FFmpeg's libraries come from here; their headers are included by
// VideoEngine alone.
