// Only the link settings of OpenCV's imgcodecs come from here; its C++ headers are included by
// CodecPeer alone.
