import CTorch

/// Where tensors live and operations run.
public enum Device: Int32, Sendable {
    case cpu = 0
    case cuda = 1

    /// Whether the installed libtorch has this device and the machine does too.
    public var isAvailable: Bool { self == .cpu || ct_cuda_available() }
}

/// The machine that libtorch runs on.
public enum Runtime {
    /// Threads that one operation uses.
    public static var threadCount: Int { Int(ct_thread_count()) }

    public static func setThreadCount(_ count: Int) {
        precondition(count > 0, "thread count must be positive, got \(count)")
        check(ct_set_threads(Int32(count)))
    }

    /// Whether the processor multiplies bfloat16 in hardware.
    public static var hasBFloat16: Bool { ct_cpu_has_bfloat16() }

    /// Keeps freed memory in the process instead of returning it to the system between steps.
    /// Call at the very start of a program that trains: the resident size then stays at its peak.
    public static func keepFreedMemory() { ct_keep_freed_memory() }
}

/// Runs `body` without recording gradients on this thread.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    let previous = ct_set_grad_mode(false)
    defer { _ = ct_set_grad_mode(previous) }
    return try body()
}

/// Runs `body` with convolutions and linear layers in `dtype` on this thread, weights kept as
/// they are (mixed precision). With `nil` or `.float32`, just runs it.
public func withAutocast<Result>(
    to dtype: DType?, on device: Device, _ body: () throws -> Result
) rethrows -> Result {
    guard let dtype, dtype != .float32 else { return try body() }
    var previous = ct_autocast()
    check(ct_autocast_begin(&previous, device.rawValue, dtype.rawValue))
    defer { ct_autocast_end(previous, device.rawValue) }
    return try body()
}
