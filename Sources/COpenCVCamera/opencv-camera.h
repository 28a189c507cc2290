// Only the link settings of OpenCV's videoio come from here; its C++ headers are included by
// CameraEngine alone.
