internal import CVision
internal import Foundation

/// The network of CenterFace. To be used by one thread at a time.
final class FaceNetwork {
    /// Heat, scale, offset and landmarks.
    private static let outputs = ["537", "538", "539", "540"]
    private static let planes = [1, 2, 2, 10]

    private let engine: ConvolutionEngine
    /// What it is shown: RGB.
    private var pixels: [UInt8] = []

    /// - Parameters:
    ///   - model: `centerface.onnx`.
    ///   - inBFloat16: where the processor multiplies it in hardware.
    /// - Throws: `OnnxError` for a file that is another network.
    init(model: URL, inBFloat16: Bool) throws {
        let file = try Data(contentsOf: model, options: .mappedIfSafe)
        let network = try file.withUnsafeBytes {
            try ConvolutionGraph(OnnxGraph($0), results: Self.outputs)
        }
        guard network.results.map({ network.layers[$0].outputs }) == Self.planes else {
            throw OnnxError("the network's outputs have other channels than CenterFace's")
        }
        engine = try ConvolutionEngine(network, inBFloat16: inBFloat16)
    }

    /// One for another thread, with the same weights in the same memory.
    init(sharingWeightsOf other: FaceNetwork) throws {
        engine = try ConvolutionEngine(sharingWeightsOf: other.engine)
    }

    /// Looks at a window of an image.
    /// - Parameter read: gets the maps, which are gone afterwards.
    func look<Result>(
        at window: FaceWindow, of image: Image, read: (CenterFace) -> Result
    ) throws(FaceDetectorError) -> Result {
        let (width, height) = (window.inputWidth, window.inputHeight)
        try show(window, of: image)
        return try engine.run(pixels: pixels, width: width, height: height) {
            read(
                CenterFace(
                    heat: $0[0].values, scale: $0[1].values, offset: $0[2].values,
                    landmarks: $0[3].values, rows: $0[0].rows, columns: $0[0].columns))
        }
    }

    private func show(_ window: FaceWindow, of image: Image) throws(FaceDetectorError) {
        let count = window.inputWidth * window.inputHeight * 3
        if pixels.count != count { pixels = [UInt8](repeating: 0, count: count) }
        let status = pixels.withUnsafeMutableBufferPointer { target in
            image.pixels.withUnsafeBufferPointer {
                vision.show_window(
                    target.baseAddress, $0.baseAddress, Int32(image.width), Int32(image.height),
                    Int32(image.channels), vision_window(window))
            }
        }
        guard status == VISION_OK else { throw .failed(lastVisionError()) }
    }
}

extension vision_window {
    fileprivate init(_ window: FaceWindow) {
        self.init(
            left: Int32(window.left), top: Int32(window.top), width: Int32(window.width),
            height: Int32(window.height), scaled_width: Int32(window.scaledWidth),
            scaled_height: Int32(window.scaledHeight), pad_left: Int32(window.padding),
            pad_top: Int32(window.padding), input_width: Int32(window.inputWidth),
            input_height: Int32(window.inputHeight))
    }
}
