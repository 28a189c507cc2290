// Only the link settings of OpenCV's core and imgproc come from here; their C++ headers are
// included by VisionEngine and CameraEngine alone.
