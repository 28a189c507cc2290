extension FHIRBundle {
    /// Any JSON value.
    indirect enum Value: Encodable {
        case text(String)
        case number(Double)
        case whole(Int)
        case flag(Bool)
        case list([Value])
        case object([String: Value])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .whole(let value): try container.encode(value)
            case .flag(let value): try container.encode(value)
            case .list(let value): try container.encode(value)
            case .object(let value): try container.encode(value)
            }
        }
    }
}
