import CTorch

/// Where tensors live and operations run.
public enum Device: Int32, Sendable {
    case cpu = 0
    case cuda = 1
    /// Tensors with a shape and no values: shows on any machine what a step leaves where it was.
    case meta = 2

    /// Whether the installed libtorch has this device and the machine does too.
    public var isAvailable: Bool { self != .cuda || Self.gpuCount ?? 0 > 0 }

    /// GPUs of this machine; `nil` where libtorch is the build for processors.
    ///
    /// Loads libtorch's half for GPUs. Ask before anything else is computed: libtorch looks once.
    public static var gpuCount: Int? {
        let count = ct.cuda_count()
        return count < 0 ? nil : Int(count)
    }

    /// Why libtorch's half for GPUs was not loaded; empty where it was.
    public static var loadingProblem: String {
        ct.cuda_problem().map { String(cString: $0) } ?? ""
    }
}

/// Runs `body` without recording gradients on this thread.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    let previous = ct.set_grad_mode(false)
    defer { _ = ct.set_grad_mode(previous) }
    return try body()
}

/// Runs `body` with convolutions and linear layers in `dtype` on this thread, weights kept as
/// they are (mixed precision). With `nil` or `.float32`, just runs it.
public func withAutocast<Result>(
    to dtype: DType?, on device: Device, _ body: () throws -> Result
) rethrows -> Result {
    guard let dtype, dtype != .float32, !FailureScope.hasFailed else { return try body() }
    var previous = ct_autocast()
    check { ct.autocast_begin(&previous, device.rawValue, dtype.rawValue) }
    defer { ct.autocast_end(previous, device.rawValue) }
    return try body()
}
