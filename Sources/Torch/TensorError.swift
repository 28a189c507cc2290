import Foundation

/// A failure of libtorch in a computation whose shapes and types are right, such as memory that is
/// exhausted.
public struct TensorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The failed call.
    public let operation: String
    /// libtorch's own words.
    public let reason: String

    /// Whether memory, of the machine or of the device, was the cause.
    public var isOutOfMemory: Bool {
        ["out of memory", "allocate memory", "bad_alloc"].contains(where: reason.contains)
    }

    public var description: String { "\(operation): \(reason)" }
}

/// Runs a computation with tensors and throws the first failure of libtorch in it.
///
/// Operations do not throw one by one. After a failure, those that follow on this thread do nothing
/// and give placeholders without dimensions, up to the end of `body`; its result is dropped. Without
/// this function around it a failure stops the program.
///
/// - Throws: `TensorError`, or what `body` throws where no operation failed before.
public func catchingTensorErrors<Result>(_ body: () throws -> Result) throws -> Result {
    let outer = FailureScope.current
    let scope = FailureScope()
    FailureScope.current = scope
    defer { FailureScope.current = outer }
    let result: Result
    do {
        result = try body()
    } catch {
        throw scope.failure ?? error
    }
    if let failure = scope.failure { throw failure }
    return result
}

/// The failures of a thread inside of ``catchingTensorErrors(_:)``.
final class FailureScope {
    private(set) var failure: TensorError?

    private static let key = "mien.tensor-failures"

    /// Of this thread; `nil` outside of any.
    static var current: FailureScope? {
        get { Thread.current.threadDictionary[key] as? FailureScope }
        set { Thread.current.threadDictionary[key] = newValue }
    }

    /// Whether an operation failed in this thread's scope.
    static var hasFailed: Bool { current?.failure != nil }

    func record(_ error: TensorError) { failure = failure ?? error }
}
