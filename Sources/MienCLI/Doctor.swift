import ArgumentParser
import Foundation
import Mien

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks the installation: engines, models, processor, memory, folders.",
        discussion: """
            Each line says what was found and, where something is missing, what to do. The exit code \
            is 1 when something that every command needs is missing.
            """)

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let diagnosis = Diagnosis()
        if json { try Console.json(diagnosis) } else { try Console.result(diagnosis) }
        guard diagnosis.isUsable else { throw ExitCode(1) }
    }
}
