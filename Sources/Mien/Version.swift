/// The version of this library, as model files and run folders record it.
public let currentMienVersion = "0.2.0"
