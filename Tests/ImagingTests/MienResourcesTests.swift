import Foundation
import Imaging
import Testing

struct MienResourcesTests {
    /// A file in each of the places, found in the order of ``MienResources``.
    @Test func placesAreLookedIntoInOrder() throws {
        try withTemporaryFolder { folder in
            let program = folder.appendingPathComponent("prefix/bin/mien")
            func search(_ environment: [String: String] = [:], in directory: URL?) -> InstalledFile
            {
                InstalledFile(
                    name: "a.onnx", variable: "OWN", folder: "Models", environment: environment,
                    directory: directory, program: program)
            }
            let directory = folder.appendingPathComponent("chosen")
            let environment = ["MIEN_RESOURCES": folder.appendingPathComponent("named").path]
            let files = ["Models", "prefix/share/mien", "named", "chosen"].map {
                folder.appendingPathComponent($0 + "/a.onnx")
            }
            let none = search(environment, in: directory)
            #expect(none.found == nil && none.lookedFor.count == 4)
            #expect(none.lookedFor.first == files[3].path)
            for file in files {
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data([1]).write(to: file)
                #expect(search(environment, in: directory).found?.path == file.path)
            }
            #expect(search(environment, in: nil).found?.path == files[2].path)
            #expect(search(in: nil).found?.path == files[1].path)
            let own = search(["OWN": folder.path + "/none"], in: directory)
            #expect(own.found == nil && own.lookedFor == [folder.path + "/none"])
        }
    }

    /// A program that another package built has no folder of Mien above it.
    @Test func thePackageThatWasBuiltIsLookedIntoLast() {
        let search = InstalledFile(
            name: "no-such-file", variable: "NONE", folder: "Models", environment: [:])
        #expect(search.found == nil)
        #expect(search.lookedFor.last?.hasSuffix("/Models/no-such-file") == true)
        let package = InstalledFile(
            name: "Package.swift", variable: "NONE", folder: ".", environment: [:])
        #expect(package.found != nil)
    }
}
