import Foundation
package import Torch

/// In a model file each member's tensors stand behind `members.N.`, N counted from 0.
extension Ensemble {
    private static func prefix(_ number: Int) -> String { "members.\(number)." }

    package var state: StateDict {
        var state = StateDict()
        for (number, member) in members.enumerated() {
            for (name, tensor) in member.model.state.tensors {
                state[Self.prefix(number) + name] = tensor
            }
        }
        return state
    }

    /// - Parameter path: of the file, for errors.
    /// - Throws: as reading the members' own files; `ModelFileError` for tensors of no member.
    init(_ state: StateDict, _ members: [EnsembleMember], path: String) throws {
        var parts = members.map { _ in StateDict() }
        for (name, tensor) in state.tensors {
            guard
                let number = members.indices.first(where: { name.hasPrefix(Self.prefix($0)) })
            else {
                throw ModelFileError(
                    path: path, reason: "found a tensor \(name), expected those of its members",
                    advice: "Make the ensemble anew.")
            }
            parts[number][String(name.dropFirst(Self.prefix(number).count))] = tensor
        }
        self.members = try zip(members, parts).enumerated().map { number, entry in
            Member(
                model: try Model(
                    entry.1, card: entry.0.card, path: "\(path), member \(number) (\(entry.0.name))"
                ),
                share: entry.0.share)
        }
    }
}
