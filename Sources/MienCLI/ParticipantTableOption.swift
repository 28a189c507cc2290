import ArgumentParser
import Foundation
import Mien
import Participants
import Torch

/// The table of participants that a command reads.
struct ParticipantTableOption: ParsableArguments {
    @Argument(
        help: "A table of participants (csv), or the folder that it lies in as participants.csv.")
    var table: String

    /// The table with its file.
    func load() throws -> (table: ParticipantTable, name: String, sha256: String) {
        var url = URL(fileURLWithPath: table)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: table, isDirectory: &isFolder), isFolder.boolValue
        {
            url.appendPathComponent("participants.csv")
            guard FileManager.default.fileExists(atPath: url.path) else {
                throw UsageError(
                    table, found: "a folder without participants.csv",
                    expected: "a table of participants, or the folder that it lies in",
                    advice: "mien participants extract makes a table of a corpus.")
            }
        }
        FileRoles.addInput(url.path)
        let loaded = try ParticipantTable(contentsOf: url)
        return (loaded, url.lastPathComponent, try Model.sha256(ofFile: url))
    }
}

/// Which modalities are learnt from.
struct ModalityOptions: ParsableArguments {
    @Option(
        help: """
            Modalities, between commas: face, voice, text, timing, questionnaire. (default: all that \
            the table has)
            """)
    var modalities: String?

    @Flag(
        help: """
            The label is a clinician's and not made of the questionnaire, which may then predict it.
            """)
    var clinicianLabel = false

    func apply(to options: inout ParticipantOptions) throws {
        options.hasClinicianLabel = clinicianLabel
        options.modalities = try modalities.map { text in
            try text.split(separator: ",").map {
                try choice(String($0).trimmingCharacters(in: .whitespaces), "--modalities")
            }
        }
    }
}
