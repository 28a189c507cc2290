public import Foundation

/// Errors and texts for people that may name settings.
public protocol NamesSettings: CustomStringConvertible {
    /// The whole text.
    var message: Advice { get }
}

extension NamesSettings {
    /// The whole text, with the plain names of settings.
    public var description: String { message.description }
}

extension Advice: Codable {
    /// Reads a text, without looking for settings in it.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the text with the plain names of settings, or with options where the encoder is one
    /// of the command line.
    public func encode(to encoder: any Encoder) throws {
        let writesOptions = CodingUserInfoKey.writesOptions.flatMap { encoder.userInfo[$0] } != nil
        var container = encoder.singleValueContainer()
        try container.encode(writesOptions ? asOptions : description)
    }
}

extension CodingUserInfoKey {
    fileprivate static let writesOptions = CodingUserInfoKey(rawValue: "mien.writes-options")
}

extension JSONEncoder {
    /// This encoder, which from now on writes settings as options of the program.
    package var writingOptions: JSONEncoder {
        if let key = CodingUserInfoKey.writesOptions { userInfo[key] = true }
        return self
    }
}
