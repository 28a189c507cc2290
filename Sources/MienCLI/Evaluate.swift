import ArgumentParser
import Mien

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "x")
    func run() throws {}
}
