extension UInt8 {
    /// The nearest level, 0 to 255, of a value that may lie outside.
    package init(level value: some BinaryFloatingPoint) {
        self.init(Swift.max(0, Swift.min(value, 255)).rounded())
    }
}
