import Foundation
import ProgramSupport
import Testing

/// Help texts: commands and options in groups, and what the program is told to do in pages exists.
struct HelpTests {
    @Test func commandsStandInGroups() throws {
        let help = try Program.run("--help").output
        for (group, command) in [
            ("USE", "predict"), ("SCALE", "batch"), ("SCALE", "sweep"), ("TRAIN", "train"),
            ("MEASURE", "evaluate"),
            ("DATA", "data"), ("PARTICIPANTS", "participants"), ("TOOLS", "doctor"),
        ] {
            let section = try #require(help.range(of: "\(group) SUBCOMMANDS:"), "\(help)")
            let rest = help[section.upperBound...]
            let end = rest.range(of: "\n\n")?.lowerBound ?? rest.endIndex
            #expect(rest[..<end].contains("\n  \(command) "), "\(help)")
        }
        #expect(!help.contains("\n  evidence "))
    }

    @Test func optionsOfTrainingStandInGroupsWithDefaults() throws {
        let help = try Program.run("train", "--help").output
        for title in ["DATA", "RECIPE", "SCHEDULE", "AUGMENTATION", "RUN"] {
            #expect(help.contains("\(title) OPTIONS:"), "\(help)")
        }
        let words = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("Base learning rate. (recipe paper: 0.0001)"))
    }

    @Test func earlierNamesOfCommandsStillWork() throws {
        for (old, new) in [("evidence", "face"), ("occlusion", "occlusion")] {
            let now = try Program.run("probe", new, "--help")
            let before = try Program.run(old, "--help")
            #expect(now.status == 0 && before.status == 0)
            #expect(before.output.contains("--out <out>") && now.output.contains("--out <out>"))
        }
    }
}
