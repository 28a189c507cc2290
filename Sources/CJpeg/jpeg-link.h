// Only the link settings of libjpeg come from here; its header is included by ImageCodec alone.
