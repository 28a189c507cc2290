// Only the link settings of libsvm, liblinear and OpenCV's machine learning come from here; their
// headers are included by ClassicalEngine alone.
