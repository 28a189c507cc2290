import CVision

/// OpenCV behind its C header, loaded at the first use.
let vision = vision_load().pointee
