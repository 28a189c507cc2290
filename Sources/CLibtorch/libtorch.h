// Only the link settings of libtorch come from here; its C++ headers are included by CTorch alone.
