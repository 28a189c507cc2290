package import Foundation

/// A file that comes with the program, and where it may lie.
package struct InstalledFile {
    private let places: [String]
    /// The places in words.
    package let lookedFor: [String]

    /// - Parameters:
    ///   - variable: an environment variable that names another file; then only that counts.
    ///   - folder: in which it lies, in a folder above the program; `share/mien` beside the folder
    ///     of the program comes first.
    ///   - program: the running one by default.
    package init(
        name: String, variable: String, folder: String, environment: [String: String],
        program: URL? = nil
    ) {
        if let path = environment[variable], !path.isEmpty {
            places = [path]
            lookedFor = places
            return
        }
        let program =
            program ?? URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        var above = program.deletingLastPathComponent()
        let shared = above.deletingLastPathComponent().path + "/share/mien/" + name
        var places = [shared]
        while above.path != "/" {
            places.append(above.path + "/\(folder)/" + name)
            above.deleteLastPathComponent()
        }
        self.places = places
        lookedFor = [shared, "\(folder)/\(name) above \(program.path)"]
    }

    /// The first of the places where there is a file.
    package var found: URL? {
        places.first { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.map { URL(fileURLWithPath: $0) }
    }
}
