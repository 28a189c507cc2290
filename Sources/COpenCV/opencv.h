// Only the link settings of OpenCV's core, imgproc and dnn come from here; their C++ headers are
// included by VisionEngine and MediaEngine alone.
