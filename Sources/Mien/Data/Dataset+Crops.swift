import Foundation

extension Dataset {
    /// Crops of faces without labels: all images below a folder, csv files left out.
    /// - Throws: `DataError` for a file that is no image, and a folder without any.
    public static func crops(
        below folder: String, for input: InputSpecification
    ) throws(DataError) -> Dataset {
        var reading = PictureReading()
        reading.reader = ImageFileReader(for: input)
        var builder = DatasetBuilder(reading)
        let root = URL(fileURLWithPath: folder).path + "/"
        for (number, file) in try FolderListing.filesBelow(URL(fileURLWithPath: folder))
            .filter({ $0.pathExtension != "csv" }).enumerated()
        {
            let name = file.path.hasPrefix(root) ? file.path.dropFirst(root.count) : file.path[...]
            try builder.append(
                DatasetBuilder.Picture(sample: Sample(id: String(name), row: number), url: file))
        }
        try builder.readWaiting()
        guard !builder.samples.isEmpty else {
            throw DataError(.empty, file: folder, found: "no files", expected: "images of faces")
        }
        return builder.dataset(
            name: folder, form: .images, sources: [builder.source(path: folder)])
    }
}
