import ArgumentParser
import Foundation
import Mien

/// The model of a command: a file, or the one that comes with Mien.
struct ModelOption: ParsableArguments {
    @Option(help: "The model file; the default is the one that comes with Mien.")
    var model: String?

    init() {}

    init(named model: String?) { self.model = model }

    var url: URL {
        get throws {
            if let model { return URL(fileURLWithPath: model) }
            return try ReleasedModel.locate()
        }
    }

    func load() throws -> Model { try Model(contentsOf: url) }
}
