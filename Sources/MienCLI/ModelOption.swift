import ArgumentParser
import Foundation
import Mien

/// The model of a command: a file, the folder of a run, or the model that comes with Mien.
struct ModelOption: ParsableArguments {
    @Option(
        help: """
            A model file, the folder of a run, or a model that comes with Mien: released or the \
            small tiny. (default: released)
            """)
    var model: String?

    init() {}

    init(named model: String?) { self.model = model }

    var url: URL {
        get throws { try ModelPlace.file(model ?? ModelPlace.released) }
    }

    func load() throws -> Model { try Model(contentsOf: url) }
}
