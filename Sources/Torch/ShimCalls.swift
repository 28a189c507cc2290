import CTorch
import Foundation

/// Runs one call of the shim that gives a tensor.
func tensor(
    _ operation: StaticString = #function, _ call: (inout ct_tensor?) -> ct_status
) -> Tensor {
    Tensor(owning: newHandle(operation, call))
}

/// See ``tensor(_:_:)``.
func newHandle(
    _ operation: StaticString, _ call: (inout ct_tensor?) -> ct_status
) -> ct_tensor {
    var handle: ct_tensor?
    check(operation) { call(&handle) }
    if handle == nil, FailureScope.hasFailed {
        // Four bytes: room for it was there before the operation that failed.
        _ = ct.tensor_full(&handle, [], 0, 0, DType.float32.rawValue)
    }
    guard let handle else { preconditionFailure("\(operation): libtorch gave no tensor") }
    return handle
}

/// Runs one call of the shim. A failure is recorded for ``catchingTensorErrors(_:)``, inside of which
/// nothing is called after the first; elsewhere it stops the program with libtorch's words.
func check(_ operation: StaticString = #function, _ call: () -> ct_status) {
    guard !FailureScope.hasFailed, call() != CT_OK else { return }
    let error = TensorError(operation: "\(operation)", reason: lastMessage)
    guard let scope = FailureScope.current else { stop(error) }
    scope.record(error)
}

/// Ends the program as a violated precondition does, and prints the reason, which `precondition`
/// would not in a release build.
private func stop(_ error: TensorError) -> Never {
    FileHandle.standardError.write(Data("mien: libtorch failed: \(error)\n".utf8))
    preconditionFailure("\(error)")
}

/// The last failure on this thread.
var lastMessage: String { ct.last_error().map { String(cString: $0) } ?? "" }
