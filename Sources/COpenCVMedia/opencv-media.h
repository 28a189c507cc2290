// Only the link settings of OpenCV's imgcodecs and videoio come from here; their C++ headers are
// included by MediaEngine alone.
