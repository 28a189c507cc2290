public import Foundation
import Torch

/// Checks of the program and the machine: what is there, what is missing, and what to do about it.
public struct Diagnosis: Sendable, Encodable {
    /// How a check ended.
    public enum State: String, Sendable, Encodable {
        case ok
        /// Only a part of Mien cannot be used, or is slow.
        case warning
        /// Mien cannot be used.
        case problem
    }

    /// One thing that was looked at.
    public struct Check: Sendable, Encodable {
        public let name: String
        public let state: State
        public let found: Advice
        /// What to do; `nil` where all is well.
        public let advice: Advice?

        init(_ name: String, _ found: Advice) {
            (self.name, self.found, state, advice) = (name, found, .ok, nil)
        }

        init(_ name: String, _ state: State, _ found: Advice, advice: Advice) {
            (self.name, self.found, self.state, self.advice) = (name, found, state, advice)
        }
    }

    public let version: String
    public let checks: [Check]
    /// Whether nothing that is needed is missing.
    public let isUsable: Bool

    private enum CodingKeys: String, CodingKey {
        case version, checks
        case isUsable = "usable"
    }

    /// Looks at everything. Loads each engine, which takes about a second.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
        self.init(
            [Check("Mien", "\(currentMienVersion), \(program)")]
                + Machine.checks + EngineLibrary.checks + Self.files(environment)
                + Self.folders(environment) + Self.tools(environment))
    }

    init(_ checks: [Check]) {
        version = currentMienVersion
        self.checks = checks
        isUsable = !checks.contains { $0.state == .problem }
    }
}

extension Diagnosis: NamesSettings {
    /// A line for each check, and below it what to do.
    public var message: Advice {
        let width = (checks.map(\.name.count).max() ?? 0) + 2
        func column(_ text: String, _ width: Int) -> String {
            text.padding(toLength: width, withPad: " ", startingAt: 0)
        }
        var lines: [Advice] = []
        for check in checks {
            lines.append(
                Advice(column(check.state.rawValue, 9) + column(check.name, width)) + check.found)
            if let advice = check.advice { lines.append(Advice(column("", 9 + width)) + advice) }
        }
        let problems = checks.count { $0.state == .problem }
        let warnings = checks.count { $0.state == .warning }
        lines.append(
            isUsable
                ? "Mien can be used; \(warnings) warning\(warnings == 1 ? "" : "s")."
                : "Mien cannot be used: \(problems) problem\(problems == 1 ? "" : "s").")
        return lines.joined(separator: "\n")
    }
}
