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

    @Option(
        parsing: .upToNextOption,
        help: """
            Files of further columns for the table's participants, such as text.minilm_1 of \
            scripts/embed-words.
            """)
    var columns: [String] = []

    /// The table with its files; the hash is of all of them.
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
                    advice: """
                        A corpus becomes a table first: \
                        mien participants extract \(table) --out participants.csv
                        """)
            }
        }
        FileRoles.addInput(url.path)
        var loaded = try ParticipantTable(contentsOf: url)
        var hashes = [try Model.sha256(ofFile: url)]
        var names = [url.lastPathComponent]
        for path in columns {
            FileRoles.addInput(path)
            let further = URL(fileURLWithPath: path)
            let joined = try loaded.join(columnsOf: further)
            hashes.append(try Model.sha256(ofFile: further))
            names.append(further.lastPathComponent)
            Console.note(
                "\(further.lastPathComponent): \(joined.columns) columns, "
                    + "\(joined.without) participants without them"
                    + (joined.unknown > 0 ? ", \(joined.unknown) of people not in the table" : ""))
        }
        // One file's hash is that of the file alone.
        return (
            loaded, names.joined(separator: " + "), hashes.joined(separator: "+")
        )
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
