// Only the link settings of libwebp come from here; its header is included by MediaEngine alone.
