import Foundation

/// An error of Foundation in plain words: the system's reason where there is one, else where a
/// document went wrong; never a dump of the error.
public func plainReason(of error: any Error) -> String {
    if let decoding = error as? DecodingError { return decoding.plainReason }
    let cocoa = error as NSError
    let cause = cocoa.userInfo[NSUnderlyingErrorKey] as? NSError ?? cocoa
    switch (cause.domain, cocoa.domain, cocoa.code) {
    case (NSPOSIXErrorDomain, _, _): return String(cString: strerror(Int32(cause.code)))
    case (_, NSCocoaErrorDomain, CocoaError.fileWriteOutOfSpace.rawValue):
        return String(cString: strerror(ENOSPC))
    case (_, NSCocoaErrorDomain, CocoaError.fileNoSuchFile.rawValue),
        (_, NSCocoaErrorDomain, CocoaError.fileReadNoSuchFile.rawValue):
        return String(cString: strerror(ENOENT))
    case (_, NSCocoaErrorDomain, CocoaError.fileWriteFileExists.rawValue):
        return "a file of this name exists"
    case (_, NSCocoaErrorDomain, _): return cocoa.localizedDescription
    default: return "\(error)"
    }
}

extension DecodingError {
    fileprivate var plainReason: String {
        switch self {
        case .keyNotFound(let key, let context):
            "it has no field \(Self.path(context.codingPath + [key]))"
        case .valueNotFound(_, let context):
            "its field \(Self.path(context.codingPath)) is empty"
        case .typeMismatch(let type, let context):
            "its field \(Self.path(context.codingPath)) holds no \(type)"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "it is not valid JSON"
                : "its field \(Self.path(context.codingPath)) cannot be used: "
                    + context.debugDescription
        @unknown default: localizedDescription
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map(\.stringValue).joined(separator: ".")
    }
}
