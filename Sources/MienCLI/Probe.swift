import ArgumentParser

/// `mien probe`: linear probes of a model on crops of faces.
struct Probe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fits a model's linear probes: is a crop a face, and is the face covered.",
        subcommands: [ProbeFace.self, ProbeOcclusion.self])
}
