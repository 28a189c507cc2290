// Only the link settings of OpenCV come from here; its C++ headers are included by CVision alone.
