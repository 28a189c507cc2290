import CEngine
import CTorch

/// libtorch behind its C header, loaded at the first use.
let ct = ct_load().pointee

/// The machine that libtorch runs on.
public enum Runtime {
    /// Loads libtorch, which takes longer than scoring a face: call it on a thread of its own
    /// while the program does something else.
    public static func load() { _ = ct.thread_count() }

    /// Threads that one operation uses.
    public static var threadCount: Int { Int(ct.thread_count()) }

    /// Sets the threads that one operation uses.
    public static func setThreadCount(_ count: Int) {
        precondition(count > 0, "thread count must be positive, got \(count)")
        check { ct.set_threads(Int32(count)) }
    }

    /// Whether the processor computes in bfloat16 faster than in float32.
    public static var gainsByBFloat16: Bool { cengine_gains_by_bfloat16() }

    /// Keeps freed memory in the process instead of returning it to the system between steps.
    /// Call at the very start of a program that trains: the resident size then stays at its peak.
    /// Tensors of 1 MB and more on the processor stay at their peak in any case.
    public static func keepFreedMemory() { cengine_keep_freed_memory() }

    /// Returns large blocks of freed memory to the system. Call at the very start of a program that
    /// shall take little.
    public static func returnFreedMemory() { cengine_return_freed_memory() }
}
