// Only the link settings of libtiff come from here; its header is included by MediaEngine alone.
