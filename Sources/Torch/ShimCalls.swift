import CTorch

/// Runs one call of the shim that gives a tensor.
///
/// A refused operation is a programmer's error (a shape, an element type) or memory exhausted;
/// neither can be mended by the caller, so it stops the program with libtorch's own words.
func tensor(
    _ operation: StaticString = #function, _ call: (inout ct_tensor?) -> ct_status
) -> Tensor {
    var handle: ct_tensor?
    check(call(&handle), operation)
    guard let handle else { preconditionFailure("\(operation): libtorch gave no tensor") }
    return Tensor(owning: handle)
}

/// Stops the program with libtorch's words when `status` is a failure; `precondition` would not
/// print them in a release build.
func check(_ status: ct_status, _ operation: StaticString = #function) {
    guard status != CT_OK else { return }
    fatalError("\(operation): \(lastMessage)")
}

/// What the last failure on this thread was.
var lastMessage: String { ct.last_error().map { String(cString: $0) } ?? "" }
