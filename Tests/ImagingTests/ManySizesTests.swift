import Foundation
import Imaging
import Inference
import Networks
import Testing

/// Pictures of ever new sizes.
struct ManySizesTests {
    /// Code that was made while the program runs, in bytes.
    private func code() throws -> Int {
        var (isCode, bytes) = (false, 0)
        // Its size reads as 0.
        let maps = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
        let text = String(decoding: try maps.readToEnd() ?? Data(), as: UTF8.self)
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.first?.contains("-") == true {
                isCode = words.count == 5 && words[1].contains("x")
            } else if isCode, line.hasPrefix("Rss:"), let size = Int(words[1]) {
                bytes += size << 10
            }
        }
        return bytes
    }

    /// Operations are made for each size, and only those of the last few sizes are kept. Other tests
    /// may make some meanwhile; 500 of these sizes kept would take 40 MB.
    @Test(arguments: [false, true]) func aThousandSizesTakeNoMoreMemoryThanAFew(inBFloat16: Bool)
        throws
    {
        var file = OnnxWriter()
        var input = "x"
        for (number, (inputs, outputs)) in [(3, 32), (32, 8), (8, 32), (32, 8)].enumerated() {
            let weights = (0 ..< inputs * outputs).map { Float($0 % 7) / 10 }
            file.tensor("w\(number)", [outputs, inputs, 1, 1], weights)
            file.node("Conv", [input, "w\(number)"], "y\(number)", ints: ["group": [1]])
            input = "y\(number)"
        }
        let network = try FoldedNetwork(
            file.bytes.withUnsafeBytes { bytes throws(OnnxError) in try OnnxGraph(bytes) },
            results: [input])
        let engine = try FeatureMapEngine(network, inBFloat16: inBFloat16)
        let sizes = (0 ..< 25).flatMap { row in (0 ..< 40).map { (40 + 2 * $0, 40 + 2 * row) } }
        var afterSome = 0
        for (number, (width, height)) in sizes.enumerated() {
            let pixels = [UInt8](repeating: 9, count: 3 * width * height)
            try engine.run(pixels: pixels, width: width, height: height) { _ in }
            if number == 150 { afterSome = try code() }
        }
        #expect(afterSome > 0)
        #expect(try code() < afterSome + 8 << 20)
    }
}
