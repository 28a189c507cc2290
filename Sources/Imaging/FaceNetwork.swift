internal import CVision
internal import Common
internal import Foundation
internal import Inference
internal import Networks

/// The network of CenterFace. To be used by one thread at a time.
final class FaceNetwork {
    /// Heat, scale, offset and landmarks.
    private static let outputs = ["537", "538", "539", "540"]
    private static let planes = [1, 2, 2, 10]

    private let engine: FeatureMapEngine
    /// What it is shown: RGB.
    private var pixels: [UInt8] = []

    /// - Parameters:
    ///   - model: `centerface.onnx`.
    ///   - inBFloat16: where the processor multiplies it in hardware.
    /// - Throws: `OnnxError` for a file that is another network.
    init(model: URL, inBFloat16: Bool) throws {
        let file = try Data(contentsOf: model, options: .mappedIfSafe)
        let network = try file.withUnsafeBytes {
            try FoldedNetwork(OnnxGraph($0), results: Self.outputs)
        }
        guard network.results.map({ network[$0]?.weights?.bias.count }) == Self.planes else {
            throw OnnxError("the network's outputs have other channels than CenterFace's")
        }
        engine = try FeatureMapEngine(network, inBFloat16: inBFloat16)
    }

    /// One for another thread, with the same weights in the same memory.
    init(sharingWeightsOf other: FaceNetwork) { engine = other.engine }

    /// Makes what looks at such a sheet need, for this network and those that share its weights.
    func prepare(for sheet: DetectionMosaic) throws(FaceDetectorError) {
        do throws(InferenceError) {
            try engine.prepare(width: sheet.width, height: sheet.height)
        } catch {
            throw .failed(error.description)
        }
    }

    /// Looks at windows of an image.
    /// - Parameter read: gets the maps, which are gone afterwards.
    func look<Result>(
        at sheet: DetectionMosaic, of image: Image, read: (CenterFace) -> Result
    ) throws(FaceDetectorError) -> Result {
        try show(sheet, of: image)
        do throws(InferenceError) {
            return try engine.run(pixels: pixels, width: sheet.width, height: sheet.height) {
                read(
                    CenterFace(
                        heat: $0[0].values, scale: $0[1].values, offset: $0[2].values,
                        landmarks: $0[3].values, rows: $0[0].rows, columns: $0[0].columns))
            }
        } catch {
            throw .failed(error.description)
        }
    }

    private func show(_ sheet: DetectionMosaic, of image: Image) throws(FaceDetectorError) {
        let count = sheet.width * sheet.height * 3
        if pixels.count != count { pixels = [UInt8](repeating: 0, count: count) }
        let windows = sheet.cells.map(vision_window.init)
        let status = pixels.withUnsafeMutableBufferPointer { target in
            image.pixels.withUnsafeBufferPointer {
                vision.show_windows(
                    target.baseAddress, Int32(sheet.width), Int32(sheet.height), $0.baseAddress,
                    Int32(image.width), Int32(image.height), Int32(image.channels), windows,
                    Int32(windows.count))
            }
        }
        guard status == VISION_OK else { throw .failed(lastVisionError()) }
    }
}

extension vision_window {
    fileprivate init(_ cell: DetectionMosaic.Cell) {
        let window = cell.window
        self.init(
            left: Int32(window.left), top: Int32(window.top), width: Int32(window.width),
            height: Int32(window.height), scaled_width: Int32(window.scaledWidth),
            scaled_height: Int32(window.scaledHeight), padding: Int32(window.padding),
            cell_left: Int32(cell.left), cell_top: Int32(cell.top),
            cell_width: Int32(cell.width), cell_height: Int32(cell.height))
    }
}
