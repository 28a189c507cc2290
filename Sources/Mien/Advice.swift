/// A text for people that may name settings, such as what to do about an error.
///
/// A setting has its plain name, `votes`; whoever shows the text says how settings are written
/// where it is read: ``description`` has the name as it is, the program writes its option.
public struct Advice: Sendable, Hashable {
    /// A piece of the text.
    public enum Part: Sendable, Hashable {
        case text(String)
        /// The name of a setting in small letters with hyphens: `skip-bad-rows`.
        case setting(String)
    }

    /// The pieces in their order; no two texts follow one another and none is empty.
    public private(set) var parts: [Part] = []

    /// A text that names no setting.
    public init(_ text: String) { append(.text(text)) }

    /// A text of these pieces.
    public init(_ parts: [Part]) {
        for part in parts { append(part) }
    }

    /// Whether nothing is said.
    public var isEmpty: Bool { parts.isEmpty }

    /// The text, with each setting as `named` writes it.
    public func text(_ named: (String) -> String) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .setting(let name): named(name)
            }
        }.joined()
    }

    /// The text with each setting as an option of the program: on its command line, and in reports,
    /// which recommend its commands.
    package var asOptions: String { text { "--\($0)" } }

    /// The text without anything that steers a terminal.
    func printable() -> Advice {
        Advice(
            parts.map { part in
                guard case .text(let text) = part else { return part }
                return .text(text.printable())
            })
    }

    fileprivate mutating func append(_ part: Part) {
        guard case .text(let text) = part else { return parts.append(part) }
        guard !text.isEmpty else { return }
        guard case .text(let earlier) = parts.last else { return parts.append(part) }
        parts[parts.count - 1] = .text(earlier + text)
    }
}

extension Advice {
    /// One text after the other.
    public static func + (first: Advice, second: Advice) -> Advice {
        Advice(first.parts + second.parts)
    }
}

extension Advice: CustomStringConvertible {
    /// The text with the plain names of settings.
    public var description: String { text { $0 } }
}

extension Advice: ExpressibleByStringInterpolation {
    /// Collects a literal: `"Leave \(setting: "votes") out."`
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var advice = Advice([])

        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Adds text.
        public mutating func appendLiteral(_ literal: String) { advice.append(.text(literal)) }

        /// Names a setting.
        public mutating func appendInterpolation(setting name: String) {
            advice.append(.setting(name))
        }

        /// The value's text; settings that it names stay settings.
        public mutating func appendInterpolation(_ value: some Any) {
            switch value {
            case let advice as Advice: for part in advice.parts { self.advice.append(part) }
            case let value as any NamesSettings:
                for part in value.message.parts { advice.append(part) }
            default: advice.append(.text("\(value)"))
            }
        }
    }

    public init(stringLiteral text: String) { self.init(text) }

    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.advice }
}

extension [Advice] {
    /// One text of them.
    func joined(separator: String) -> Advice {
        Advice([Advice.Part](map(\.parts).joined(separator: [.text(separator)])))
    }
}
