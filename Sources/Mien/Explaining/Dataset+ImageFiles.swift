import Foundation

extension Dataset {
    /// Image files without labels, grey and reduced as for training. Those that cannot be read are
    /// left out and listed in `badRows`; `paths` of the samples are their ids.
    public static func imageFiles(_ paths: [String]) -> Dataset {
        var reader = ImageFileReader()
        var builder = DatasetBuilder()
        for (row, path) in paths.enumerated() {
            do throws(DataError) {
                let image = try reader.read(URL(fileURLWithPath: path), id: path)
                builder.append(Sample(id: path, row: row), image)
            } catch {
                builder.badRows.append(
                    DataError(
                        error.kind, file: path, found: error.found, expected: error.expected))
            }
        }
        return builder.dataset(
            name: "\(paths.count) image files", form: .images,
            sources: [reader.source(path: "image files")])
    }
}
