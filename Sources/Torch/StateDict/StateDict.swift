@_exported public import Common

/// Named tensors, in order, with text about them: what weight files hold.
public struct StateDict: Sendable, Equatable {
    public private(set) var names: [String] = []
    private var values: [String: RawTensor] = [:]
    public var metadata: [String: String] = [:]
    /// What reading the file passed over or chose, in words.
    public internal(set) var notes: [String] = []

    public init() {}

    public var tensors: [(name: String, tensor: RawTensor)] {
        names.compactMap { name in values[name].map { (name, $0) } }
    }

    public subscript(name: String) -> RawTensor? {
        get { values[name] }
        set {
            let isNew = values[name] == nil
            values[name] = newValue
            if newValue == nil {
                names.removeAll { $0 == name }
            } else if isNew {
                names.append(name)
            }
        }
    }
}

/// A weights file that cannot be used: which, and why.
public struct StateDictError: Error, Sendable, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: String
    /// Whether the file is of another form, rather than damaged or of contents that are not read.
    public let isForeign: Bool

    public init(path: String, reason: String, isForeign: Bool = false) {
        self.path = path
        self.reason = reason
        self.isForeign = isForeign
    }

    public var description: String { "\(path): \(reason)" }
}
