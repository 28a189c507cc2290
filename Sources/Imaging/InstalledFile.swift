package import Foundation

/// A file that comes with Mien, and the places where it may lie: see ``MienResources``.
package struct InstalledFile {
    private let places: [String]
    /// The places in words.
    package let lookedFor: [String]

    /// - Parameters:
    ///   - variable: an environment variable that names another file; then only that counts.
    ///   - folder: in which it lies, in the package of Mien or in a folder above the program.
    ///   - directory: looked into before all folders.
    ///   - program: another one than the one that is running. The package of Mien is not looked
    ///     into for it.
    package init(
        name: String, variable: String, folder: String, environment: [String: String],
        directory: URL? = MienResources.directory, program: URL? = nil
    ) {
        func named(_ variable: String) -> String? {
            environment[variable].flatMap { $0.isEmpty ? nil : $0 }
        }
        if let path = named(variable) {
            places = [path]
            lookedFor = places
            return
        }
        let running = program ?? URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        var above = running.deletingLastPathComponent()
        var places = [
            directory?.path, named("MIEN_RESOURCES"),
            above.deletingLastPathComponent().path + "/share/mien",
        ].compactMap { $0.map { $0 + "/" + name } }
        var lookedFor = places + ["\(folder)/\(name) above \(running.path)"]
        while above.path != "/" {
            places.append(above.path + "/\(folder)/" + name)
            above.deleteLastPathComponent()
        }
        let package = MienResources.package.path
        // A program that was moved to another machine says nothing of where it was built.
        if program == nil, FileManager.default.fileExists(atPath: package) {
            places.append(package + "/\(folder)/" + name)
            lookedFor.append(package + "/\(folder)/" + name)
        }
        self.places = places
        self.lookedFor = lookedFor
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
