import Evaluation

/// Rows of numbers as text, written with a fixed number of decimals.
struct SyntheticNumbers {
    private(set) var bytes: [UInt8] = []
    private let separator: [UInt8]
    private var isFirst = true

    init(separator: String, header: [String] = []) {
        self.separator = Array(separator.utf8)
        guard !header.isEmpty else { return }
        bytes += Array(header.joined(separator: separator).utf8)
        endRow()
    }

    mutating func add(_ value: Double, decimals: Int) {
        begin()
        var scale = 1
        for _ in 0 ..< decimals { scale *= 10 }
        let whole = Int((value * Double(scale)).rounded())
        if whole < 0 { bytes.append(UInt8(ascii: "-")) }
        let magnitude = whole.magnitude
        bytes += Array(String(magnitude / UInt(scale)).utf8)
        guard decimals > 0 else { return }
        let part = Array(String(magnitude % UInt(scale)).utf8)
        bytes.append(UInt8(ascii: "."))
        for _ in part.count ..< decimals { bytes.append(UInt8(ascii: "0")) }
        bytes += part
    }

    mutating func add(text: String) {
        begin()
        bytes += Array(text.utf8)
    }

    mutating func endRow() {
        bytes.append(UInt8(ascii: "\n"))
        isFirst = true
    }

    private mutating func begin() {
        if !isFirst { bytes += separator }
        isFirst = false
    }
}
