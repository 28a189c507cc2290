import Foundation
import Imaging
import Mien
import Testing

/// One row of a FER-2013 csv whose pixels all have the same grey.
func ferRow(_ emotion: Int, grey: Int, _ usage: String, count: Int = 2304) -> String {
    "\(emotion),\(Array(repeating: String(grey), count: count).joined(separator: " ")),\(usage)"
}

let ferHeader = "emotion,pixels,Usage"

/// The error that loading throws.
func loadingError(_ data: String, votes: String? = nil, skipBadRows: Bool = false) -> DataError? {
    #expect(throws: DataError.self) {
        try Dataset.load(data: data, votes: votes, skipBadRows: skipBadRows)
    }
}

/// A data set of 4 x 4 images of one grey level each.
func plainDataset(_ faces: [(grey: UInt8, sample: Sample)]) -> Dataset {
    Dataset(
        name: "plain", samples: faces.map(\.sample),
        images: faces.map { Image(width: 4, height: 4, channels: 1, filledWith: $0.grey) })
}

/// The real data, where it is at hand: the folder MIEN_DATA, or ../shared/data beside the
/// repository.
let realData: URL? = {
    let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder =
        ProcessInfo.processInfo.environment["MIEN_DATA"].map { URL(fileURLWithPath: $0) }
        ?? repository.deletingLastPathComponent().appendingPathComponent("shared/data")
    let csv = folder.appendingPathComponent("fer2013.csv.gz")
    return FileManager.default.fileExists(atPath: csv.path) ? folder : nil
}()

/// Width and height of an image.
func sides(of index: Int, in dataset: Dataset) -> [Int] {
    let size = dataset.size(of: index)
    return [size.width, size.height]
}
