// Only the link settings of libpng come from here; its header is included by ImageCodec alone.
